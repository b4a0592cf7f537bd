-- GET /products of a category or a brand, by price.
create index products_by_category_and_price on products (category, lowest_price, id, status) where status <> 'deleted';
create index products_by_brand_and_price on products (brand, lowest_price, id, status) where status <> 'deleted';
