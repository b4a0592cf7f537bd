import { settings as cart } from '@shop/cart/settings.ts';
import { settings as discount } from '@shop/discount/settings.ts';
import { DEFAULT_ADMIN } from '@shop/identity/config.ts';
import { settings as identity } from '@shop/identity/settings.ts';
import { settings as inventory } from '@shop/inventory/settings.ts';
import { settings as order } from '@shop/order/settings.ts';
import type { Declaration } from '@shop/platform/config/config.ts';
import { settings as product } from '@shop/product/settings.ts';
import { describe, expect, it } from 'vitest';
import { declaration as embedded } from '../../apps/embedded/config.ts';
import { readStackConfig, serviceEnvironment, declaration as stack } from '../../deploy/local/config.ts';
import { serviceNames } from '../../deploy/services.ts';
import { page } from './markdown.ts';

const services: Record<string, Declaration> = { identity, product, inventory, cart, discount, order };
const settingsPage = page('docs/settings.md').text;

/** The part of a page below a heading, to the next of its kind. */
const below = (heading: string, text: string): string => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

const codes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The rows of a table of settings, as the text of their cells; the first holds the variables. */
const rowsOf = (section: string): string[][] =>
  [...section.matchAll(/^\| (`[A-Z].*) \|$/gm)].map(([, row = '']) => row.split(' | '));

/** Variables with their defaults, in the order of a row's own. */
const defaultsIn = (rows: string[][], column: number): (readonly [string, string])[] =>
  rows.flatMap((cells) => {
    const defaults = (cells[column] ?? '').split(', ').map((text) => text.replaceAll('`', ''));
    return codes(cells[0] ?? '').map((name, at) => [name, defaults[at] ?? defaults[0] ?? ''] as const);
  });

const initial: Record<string, unknown> = {
  ADMIN_EMAIL: DEFAULT_ADMIN.email,
  ADMIN_PASSWORD: DEFAULT_ADMIN.password,
};

/** What a declaration takes where a variable is not set. */
const declared = (declaration: Declaration): Record<string, string> =>
  Object.fromEntries(
    Object.entries(declaration).map(([name, { schema }]) => {
      const { flags = {} } = schema.describe() as { flags?: { default?: unknown; presence?: string } };
      const without = flags.presence === 'required' ? 'required' : (flags.default ?? initial[name] ?? '');
      return [name, String(without) || '–'];
    }),
  );

const expectDocumented = (documented: (readonly [string, string])[], declaration: Declaration): void => {
  expect(Object.fromEntries(documented)).toEqual(declared(declaration));
  expect(documented.length).toBe(Object.keys(declaration).length);
};

/** Whether a row's words about whose it is mean this service. */
const isOf = (service: string, who = ''): boolean => {
  const [, exception] = /^all but (.+)$/.exec(who) ?? [];
  if (exception) return !exception.split(', ').includes(service);
  return who === 'all' || who.split(', ').includes(service);
};

describe('The settings', () => {
  it('When the embedded form reads a variable, then the README has it with its default, and no other', () => {
    expectDocumented(defaultsIn(rowsOf(below('Settings', page('README.md').text)), 1), embedded);
  });

  it.each(serviceNames)(
    'When %s reads a variable, then docs/settings.md has it with its default, and no other',
    (name) => {
      const rows = rowsOf(below('Services', settingsPage)).filter(([, who]) => isOf(name, who));
      expectDocumented(defaultsIn(rows, 2), services[name] ?? {});
    },
  );

  it('When the stack reads a variable, then docs/settings.md has it with its default, and no other', () => {
    expectDocumented(defaultsIn(rowsOf(below('`npm run stack`', settingsPage)), 1), stack);
  });

  it('When the stack hands a variable on to services, then docs/settings.md says so', () => {
    const every = [...new Set(Object.values(services).flatMap((declaration) => Object.keys(declaration)))];
    const environment = Object.fromEntries(every.map((name) => [name, 'x']));
    const handedOn = Object.keys(serviceEnvironment(environment, readStackConfig({}))).filter(
      (name) => !(name in stack),
    );
    const [, list = ''] = /^Handed on to every service[^:]*: ([^.]*)/m.exec(settingsPage) ?? [];
    expect(codes(list).sort()).toEqual(handedOn.sort());
    expect(handedOn.length).toBeGreaterThan(10);
  });

  it('When a table says whose a variable is, then they are services', () => {
    const named = rowsOf(below('Services', settingsPage)).flatMap(([, who = '']) =>
      who.replace(/^all( but )?/, '').split(', '),
    );
    expect(named.filter((name) => name !== '' && !(name in services))).toEqual([]);
  });
});
