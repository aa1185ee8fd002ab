//! Organisations (单位、供应商、财政部门、集采机构) and the people in them.

mod store;

pub use store::{
    Contact, NewPerson, Org, Person, Regulator, add_org, add_person, by_uscc, contact, finance_below, finance_contact,
    finance_ladder, login_taken, names, of_kind, org, people, person_names, regulators, set_contact,
};
