-- What the rules of 动态预警 look up for everybody who quoted: the quotes of one supplier by time, with their auctions.
CREATE INDEX auction_quote_supplier ON auction_quote (supplier, at, auction);
-- And for what goods cost elsewhere: lines of a product from an order on, whose ids grow with time.
CREATE INDEX order_line_product_order ON order_line (product, orders);
DROP INDEX order_line_product;
