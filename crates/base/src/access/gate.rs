//! Gates: which duties a route is for. Declared where the route is, enforced for every request, listed for the matrix.
use super::Actor;
use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodFilter;
use axum::routing::{MethodRouter, on};
use kit::Fail;
use rules::duty::{Duties, Duty};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Anyone, signed in or not.
    Public,
    /// Anyone signed in.
    SignedIn,
    /// Whoever holds one of these duties.
    Any(&'static [Duty]),
}

impl Gate {
    /// Fails with sign-in or denial when the actor may not pass.
    pub fn check(self, actor: Option<&Actor>) -> kit::Result<()> {
        match (self, actor) {
            (Gate::Public, _) | (Gate::SignedIn, Some(_)) => Ok(()),
            (Gate::SignedIn | Gate::Any(_), None) => Err(Fail::SignIn),
            (Gate::Any(list), Some(a)) if a.duties.meets(Duties::of(list)) => Ok(()),
            (Gate::Any(_), Some(_)) => Err(Fail::Denied),
        }
    }
}

/// One line of the route table.
#[derive(Clone, Debug)]
pub struct Route {
    /// GET or POST.
    pub method: &'static str,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Who may use it.
    pub gate: Gate,
}

/// Routes of a room with their gates.
pub struct Routes<S> {
    router: Router<S>,
    table: Vec<Route>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Routes { router: Router::new(), table: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// A page or file to read.
    pub fn get<H, T>(self, path: &'static str, gate: Gate, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add("GET", path, gate, on(MethodFilter::GET, handler))
    }

    /// A command.
    pub fn post<H, T>(self, path: &'static str, gate: Gate, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.add("POST", path, gate, on(MethodFilter::POST, handler))
    }

    fn add(mut self, method: &'static str, path: &'static str, gate: Gate, how: MethodRouter<S>) -> Self {
        self.table.push(Route { method, path, gate });
        let how = how.route_layer(axum::middleware::from_fn(
            move |request: axum::extract::Request, next: axum::middleware::Next| async move {
                match gate.check(request.extensions().get::<Actor>()) {
                    Ok(()) => next.run(request).await,
                    Err(e) => axum::response::IntoResponse::into_response(e),
                }
            },
        ));
        self.router = self.router.route(path, how);
        self
    }

    /// Puts another room's routes beside these.
    pub fn merge(mut self, other: Routes<S>) -> Self {
        self.table.extend(other.table);
        self.router = self.router.merge(other.router);
        self
    }

    /// The router on its state, and the table of its routes.
    pub fn finish(self, state: S) -> (Router, Vec<Route>) {
        (self.router.with_state(state), self.table)
    }
}
