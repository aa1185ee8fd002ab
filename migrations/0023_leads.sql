-- What the rules of 动态预警 look up for every order: orders of a unit, a supplier and a station by time, orders that are still
-- going on, lines of a category, the notice of an order, what an inspector looked at.
CREATE INDEX orders_unit_made ON orders (unit, made_at);
CREATE INDEX orders_supplier_made ON orders (supplier, made_at);
CREATE INDEX orders_region_made ON orders (region, made_at);
CREATE INDEX orders_open ON orders (id) WHERE state IN ('offered', 'contracting', 'performing');
CREATE INDEX order_line_category ON order_line (category, id);
CREATE INDEX notice_of_order ON notice (orders) WHERE orders IS NOT NULL;
CREATE INDEX inspection_task_person ON inspection_task (person, at) WHERE person IS NOT NULL;
