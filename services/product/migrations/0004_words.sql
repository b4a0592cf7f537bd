-- Every word of every product, so that a search can ask for whole words instead of all that begin in some way. Words are
-- only ever added: one that no product has any more finds nothing.
create table words (
  word text collate "C" primary key
);
insert into words select distinct unnest(tsvector_to_array(words)) from products;

-- GET /products of a category or a brand, by title.
create index products_by_category_and_title on products (category, title_key, id, status) where status <> 'deleted';
create index products_by_brand_and_title on products (brand, title_key, id, status) where status <> 'deleted';
