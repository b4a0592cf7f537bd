-- A message's topic is where its position comes from (`append`): that it is there need not be looked up once more.
alter table log_messages drop constraint log_messages_topic_fkey;
