import { createMemoryDatabase } from '../memory/database.ts';
import { inboxConformance } from './inbox.conformance.ts';
import { memoryInbox, memoryInboxData } from './memory-inbox.ts';

inboxConformance('memory', async () => {
  const db = createMemoryDatabase();
  const data = memoryInboxData(db);
  const effects = db.table<number, { key: string; version: number }>();
  return {
    inbox: (group) => memoryInbox(data, group),
    async affect({ key, data: { version } }, tx) {
      tx.write(() => effects.set(effects.size(), { key, version }));
    },
    effects: async (key) => [...effects.all()].filter((effect) => effect.key === key).map(({ version }) => version),
  };
});
