-- A message's topic is where its position comes from (`append`): that it is there need not be looked up once more.
alter table log_messages drop constraint log_messages_topic_fkey;

-- No search depends on statistics of whole documents, and to gather them costs more than all else that is gathered.
alter table log_messages alter column event set statistics 0;
