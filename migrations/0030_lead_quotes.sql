-- What the rules of 动态预警 look up for everybody who quoted: the quotes of one supplier by time, with their auctions.
CREATE INDEX auction_quote_supplier ON auction_quote (supplier, at, auction);
