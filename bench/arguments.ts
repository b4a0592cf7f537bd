import { parseArgs } from 'node:util';
import { type ScenarioName, scenarioNames } from './result.ts';
import type { SoakOptions } from './soak/soak.ts';

export const usage = `usage: npm run bench                                     measures all there is, in about ten minutes
       npm run bench -- --quick                          shorter: fewer rounds, and 1 and 32 clients
       npm run bench -- --scenarios floor,checkout       of ${scenarioNames.join(', ')}
       npm run bench -- --clients 32,128                 instead of 1, 8, 32 and 128
       npm run bench -- --rounds 5 --seconds 4           of so many rounds, each about so long
       npm run bench -- --soak 20                        loads it for so many minutes, and tells what memory each process takes
       npm run bench -- --soak 20 --rate 50              at another rate than 30 orders a second
       npm run bench -- --json FILE                      writes the result there too
       npm run bench -- --compare FILE                   shows what has changed since that result
       npm run bench -- --url http://127.0.0.1:8080      loads a shop that runs already; it needs RATE_LIMIT=off

Without --url the real servers, six services and the edge are started in a temporary folder, and removed at the end.
With it there is neither a floor nor the embedded form, and no other process is looked at; ADMIN_EMAIL and
ADMIN_PASSWORD say who may make products there.`;

/** What was asked for can't be done; the message is a sentence for whoever asked. */
export class WrongUse extends Error {}

export interface Options {
  scenarios: readonly ScenarioName[];
  clients: readonly number[];
  rounds: number;
  /** About how long a round takes. */
  seconds: number;
  /** So many rounds go before all others, at most. */
  warmRounds: number;
  json?: string;
  compare?: string;
  url?: string;
  /** Instead of all that: one load, and a look at memory. */
  soak?: SoakOptions;
}

const options = {
  quick: { type: 'boolean' },
  scenarios: { type: 'string' },
  clients: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  json: { type: 'string' },
  compare: { type: 'string' },
  url: { type: 'string' },
  soak: { type: 'string' },
  rate: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new WrongUse(`${(error as Error).message}\n${usage}`);
  }
};

const numberIn = (name: string, text: string | undefined, most: number, otherwise: number): number => {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new WrongUse(`--${name} takes a whole number from 1 to ${most}, but got "${text}".`);
};

const isScenario = (name: string): name is ScenarioName => (scenarioNames as readonly string[]).includes(name);

const scenariosIn = (text: string | undefined): ScenarioName[] | undefined =>
  text?.split(',').map((name) => {
    if (isScenario(name)) return name;
    throw new WrongUse(`--scenarios takes some of ${scenarioNames.join(', ')}, but got "${name}".`);
  });

const urlIn = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (!/^https?:\/\/[^/]+\/?$/.test(text) || !URL.canParse(text))
    throw new WrongUse(`--url takes the shop's origin, such as http://127.0.0.1:8080, but got "${text}".`);
  return text.replace(/\/$/, '');
};

/** These want servers, or a process, of their own. */
const ownOnly: readonly ScenarioName[] = ['floor', 'embedded'];

/**
 * Reads the command's arguments; `help` where that is asked for.
 * @throws WrongUse
 */
export const readArguments = (args: readonly string[]): Options | 'help' => {
  const values = parse(args);
  if (values.help) return 'help';
  const url = urlIn(values.url);
  const asked = scenariosIn(values.scenarios);
  const impossible = url === undefined ? undefined : asked?.find((name) => ownOnly.includes(name));
  if (impossible) throw new WrongUse(`--scenarios ${impossible} can't be had with --url: it needs servers of its own.`);
  const foreign = (['url', 'compare', 'scenarios', 'rate'] as const).find(
    (name) => values[name] !== undefined && (name === 'rate') === (values.soak === undefined),
  );
  if (foreign) throw new WrongUse(`--${foreign} can't be had ${values.soak ? 'with' : 'without'} --soak.`);
  const all = scenarioNames.filter((name) => url === undefined || !ownOnly.includes(name));
  const clients = values.clients?.split(',').map((text) => numberIn('clients', text, 1024, 1));
  return {
    scenarios: all.filter((name) => asked?.includes(name) ?? true),
    clients: clients ?? (values.quick ? [1, 32] : [1, 8, 32, 128]),
    rounds: numberIn('rounds', values.rounds, 100, values.quick ? 2 : 3),
    seconds: numberIn('seconds', values.seconds, 60, values.quick ? 2 : 3),
    warmRounds: values.quick ? 3 : 16,
    json: values.json,
    compare: values.compare,
    url,
    ...(values.soak !== undefined && {
      soak: {
        minutes: numberIn('soak', values.soak, 10_080, 1),
        perSecond: numberIn('rate', values.rate, 1_000, 30),
      },
    }),
  };
};
