-- No search depends on statistics of whole documents, and to gather them costs more than all else that is gathered.
alter table sagas alter column request set statistics 0, alter column steps set statistics 0, alter column problem set statistics 0;
alter table orders alter column body set statistics 0, alter column history set statistics 0;
