import { parseArgs } from 'node:util';
import { DEFAULT_ADMIN } from '@shop/identity/config.ts';

/** `npm run dlq`: lists, shows and replays dead letters of a running shop, through its admin API. */
const usage = `usage: npm run dlq                     lists dead letters, newest first
       npm run dlq -- show <id>        shows one with its event
       npm run dlq -- replay <id>      sends one to its group once more
       npm run dlq -- replay --all     sends all that wait
SHOP_URL, ADMIN_EMAIL and ADMIN_PASSWORD say which shop and who asks.`;

interface Letter {
  id: string;
  topic: string;
  group: string;
  error: string;
  at: string;
  event: { type?: string };
  burials: number;
  replayedAt: string | null;
}

/** What went wrong, in a sentence. */
class Failure extends Error {}

const base = process.env.SHOP_URL ?? 'http://localhost:8080';
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const ask = async <Body>(method: string, path: string, token?: string, body?: object): Promise<Body> => {
  const headers = {
    ...(body ? { 'Content-Type': 'application/json' } : {}),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
  const request = fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const response = await request.catch(() => {
    throw new Failure(`No shop answers at ${base}; start one, or say where it is with SHOP_URL.`);
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer as Body;
  const { code, detail } = answer as { code: string; detail: string };
  throw new Failure(`${code}: ${detail}`);
};

const signIn = async (): Promise<string> => {
  const email = process.env.ADMIN_EMAIL ?? DEFAULT_ADMIN.email;
  const password = process.env.ADMIN_PASSWORD ?? DEFAULT_ADMIN.password;
  return (await ask<{ accessToken: string }>('POST', '/auth/login', undefined, { email, password })).accessToken;
};

const lettersOf = async (token: string): Promise<Letter[]> => {
  const letters: Letter[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor ? `&cursor=${cursor}` : '';
    const page = await ask<{ items: Letter[]; nextCursor: string | null }>(
      'GET',
      `/admin/dead-letters?limit=100${after}`,
      token,
    );
    letters.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return letters;
};

const line = ({ id, at, group, event, error, burials, replayedAt }: Letter): string =>
  `${id}  ${at}  ${group.padEnd(9)}  ${(event.type ?? '?').padEnd(20)}  ${replayedAt ? 'replayed' : `buried ${burials}×`}  ${error}`;

const list = async (token: string) => {
  const letters = await lettersOf(token);
  for (const letter of letters) say(line(letter));
  if (letters.length === 0) say('No dead letters.');
};

const replay = async (token: string, ids: string[]) => {
  for (const id of ids) {
    await ask('POST', `/admin/dead-letters/${encodeURIComponent(id)}/replay`, token);
    say(`${id} was sent again; it comes back to this list if it fails again.`);
  }
  if (ids.length === 0) say('Nothing waits.');
};

const run = async (): Promise<void> => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { all: { type: 'boolean' } } });
  const [command = 'list', id] = positionals;
  const wellFormed = {
    list: !id && !values.all,
    show: Boolean(id) && !values.all,
    replay: Boolean(id) !== Boolean(values.all),
  };
  if (!wellFormed[command as keyof typeof wellFormed] || positionals.length > 2) throw new Failure(usage);
  const token = await signIn();
  if (command === 'list') return list(token);
  if (command === 'show') {
    const letter = (await lettersOf(token)).find((one) => one.id === id);
    if (!letter) throw new Failure(`There is no dead letter ${id}.`);
    return say(JSON.stringify(letter, null, 2));
  }
  const waiting = async () =>
    (await lettersOf(token)).filter(({ replayedAt }) => replayedAt === null).map((one) => one.id);
  return replay(token, id ? [id] : await waiting());
};

await run().catch((error: unknown) => {
  const known = error instanceof Failure || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${known ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
