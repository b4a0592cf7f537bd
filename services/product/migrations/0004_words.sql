-- Every word of every product, so that a search can ask for whole words instead of all that begin in some way. Words are
-- only ever added: one that no product has any more finds nothing.
create table words (
  word text collate "C" primary key
);
insert into words select distinct unnest(tsvector_to_array(words)) from products;

-- The indexes of words know category, brand and tags as well, marked by a colon, so that they tell what meets several
-- conditions at once.
with marked as (
  select id, array_to_tsvector(
    array[':category:' || category, ':brand:' || brand] || array(select ':tag:' || tag from unnest(tags) tag)
  ) as marks from products)
update products p set words = p.words || marks, title_words = p.title_words || marks from marked where marked.id = p.id;
alter table products drop column tags;

-- GET /products of a category or a brand, by title.
create index products_by_category_and_title on products (category, title_key, id, status) where status <> 'deleted';
create index products_by_brand_and_title on products (brand, title_key, id, status) where status <> 'deleted';
