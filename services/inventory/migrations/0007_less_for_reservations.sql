-- Movements are written with the row of their SKU locked or changed in the same transaction, and no SKU is ever deleted:
-- that it is there need not be looked up once more for each of them.
alter table movements drop constraint movements_sku_fkey;

-- No search depends on statistics of whole documents, and to gather them costs more than all else that is gathered.
alter table reservations alter column lines set statistics 0;
