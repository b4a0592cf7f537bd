import type { ProcessHandle } from './servers/process.ts';
import type { PartName } from './state.ts';

/** Something that can be asked to end. */
export type Ending = Pick<ProcessHandle, 'stop'> & { name: PartName | undefined };

/** How long each group gets before it is killed; all together is the longest that an end takes. */
const grace = { edge: 3_000, services: 12_000, servers: 12_000 } as const;

const serverNames: readonly (PartName | undefined)[] = ['postgres', 'mongo', 'kafka', 'redis', 'toxiproxy'];

const groupOf = (name: PartName | undefined): keyof typeof grace => {
  if (name === 'edge') return 'edge';
  return serverNames.includes(name) ? 'servers' : 'services';
};

/**
 * Ends processes in the order that loses no request: the edge takes no more, the services finish what they have and
 * hand over, then the servers close. Those of a group end side by side. Answers the names of what had to be killed.
 */
export const endInOrder = async (processes: readonly Ending[]): Promise<string[]> => {
  const killed: string[] = [];
  for (const group of ['edge', 'services', 'servers'] as const) {
    const members = processes.filter(({ name }) => groupOf(name) === group);
    await Promise.all(
      members.map(async ({ name, stop }) => {
        if (!(await stop(grace[group]))) killed.push(name ?? 'a stray process');
      }),
    );
  }
  return killed;
};
