import { parseArgs } from 'node:util';
import { DEFAULT_ADMIN } from '@shop/identity/config.ts';
import { systemClock, systemIds } from '@shop/platform/time/system.ts';
import { ShopError } from '@shop/sdk/errors.ts';
import { createShop } from '@shop/sdk/shop.ts';
import { killed } from './killed.ts';
import { lastUnit } from './last-unit.ts';
import { createOwnShop, type OwnShop } from './own-shop.ts';
import { createPrinter } from './printer.ts';
import { refusal } from './refusal.ts';
import { sale } from './sale.ts';
import type { Chapter, Doomed, Scene } from './scene.ts';
import { sentenceFor, WrongUse } from './sentences.ts';
import { type Admin, openStage } from './stage.ts';

const chapters: Chapter[] = [sale, refusal, lastUnit, killed];

const usage = `usage: npm run demo                   tells all chapters
       npm run demo -- --chapter N    tells one of them:
${chapters.map(({ title }, at) => `         ${at + 1}  ${title}`).join('\n')}

SHOP_URL says which shop plays, ADMIN_EMAIL and ADMIN_PASSWORD who sells there. Without SHOP_URL it is the one at
http://localhost:8080 (PORT counts, as for npm start), or else one that the demo starts for itself, in a temporary
folder that is removed at the end.`;

const { env, stdout } = process;
const given = env.SHOP_URL || undefined;
const url = (given ?? `http://localhost:${env.PORT || 8080}`).replace(/\/+$/, '');
const admin: Admin = {
  email: env.ADMIN_EMAIL ?? DEFAULT_ADMIN.email,
  password: env.ADMIN_PASSWORD ?? DEFAULT_ADMIN.password,
};
const page = createPrinter((text) => stdout.write(text), Boolean(stdout.isTTY && !env.NO_COLOR));

/** Shops that this demo has started; whatever happens, they end with it. */
const started: OwnShop[] = [];
let ending = false;

const start = async (options: { seed: boolean }): Promise<Doomed> => {
  const shop = createOwnShop(options);
  started.push(shop);
  return { shop, stage: await openStage(await shop.start(), DEFAULT_ADMIN, systemIds) };
};

/** Ends the demo with what it has started; whatever still runs of the story is not told. */
const end = async (code: number): Promise<void> => {
  if (ending) return;
  ending = true;
  for (const shop of started) await shop.remove();
  process.exit(code);
};

const somebodyAnswers = (): Promise<boolean> =>
  createShop({ url, attempts: 1, timeoutMs: 5_000 })
    .products.list({ limit: 1 })
    .then(
      () => true,
      // A refusal is an answer too.
      (error: unknown) => error instanceof ShopError,
    );

const sceneOf = async (): Promise<Scene> => {
  const base = { page, clock: systemClock, ids: systemIds };
  if (given !== undefined || (await somebodyAnswers())) {
    const stage = await openStage(url, admin, systemIds);
    page.opening(`Told through packages/sdk, at the shop at ${url}.`);
    const doomed = async () => {
      page.say("That shop is not the demo's to kill: for this chapter it starts one of its own, in a");
      page.say('temporary folder.');
      return start({ seed: false });
    };
    return { ...base, stage, doomed };
  }
  page.opening(`Nothing answers at ${url}: the demo starts a shop of its own, in a temporary folder.`);
  const own = await start({ seed: true });
  page.opening(`It is open at ${own.stage.url}. What follows is told through packages/sdk.`);
  return { ...base, stage: own.stage, doomed: async () => own };
};

const tell = async (only: number | undefined): Promise<void> => {
  const scene = await sceneOf();
  for (const [at, chapter] of chapters.entries()) {
    if (only !== undefined && only !== at + 1) continue;
    page.chapter(at + 1, chapter.title);
    await chapter.tell(scene);
    await scene.stage.clear();
  }
};

/** The chapter asked for, from 1; none for all. @throws WrongUse */
const chapterAsked = (): number | 'help' | undefined => {
  const options = { chapter: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    const { chapter, help } = parseArgs({ options }).values;
    if (help) return 'help';
    if (chapter === undefined || chapters[Number(chapter) - 1])
      return chapter === undefined ? undefined : Number(chapter);
    throw new WrongUse(`there is no chapter ${chapter}`);
  } catch (error) {
    throw new WrongUse(`${(error as Error).message}\n${usage}`);
  }
};

const run = async (): Promise<void> => {
  const asked = chapterAsked();
  if (asked === 'help') return page.opening(usage);
  await tell(asked);
};

// Ctrl-C reaches the shop too, being of the same terminal; it takes both for the same wish.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => void end(code));
// Nobody reads on, as with `| head`.
stdout.on('error', () => void end(1));

await run().then(
  () => end(0),
  (error: unknown) => {
    if (!ending) process.stderr.write(`${sentenceFor(error, url, admin)}\n`);
    return end(1);
  },
);
