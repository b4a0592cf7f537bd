-- GET /products?search= by relevance: products that have every word of the query in their title come first.
create index products_by_title_word on products using gin (title_words) where status <> 'deleted';
