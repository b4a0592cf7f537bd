import type { Outcome } from './history.ts';
import type { Plan } from './plan.ts';

/**
 * What is left out of a history: `s2` the second shopper, `s2.3` their third action, `a1` an action of the admin, `t1` a
 * trouble, `f` all faults of calls and messages, `f4-9` some of them by their number.
 */
export type LeftOut = readonly string[];

const shape = /^(s\d+(\.\d+)?|a\d+|t\d+|f|f\d+-\d+)$/;

export const isLeftOutName = (name: string): boolean => shape.test(name);

/** The plan without what is left out; whoever stays keeps their name. */
export const planWithout = (plan: Plan, leftOut: LeftOut): Plan => {
  const out = new Set(leftOut);
  const kept = <Item>(items: readonly Item[], letter: string): Item[] =>
    items.filter((_, index) => !out.has(`${letter}${index + 1}`));
  return {
    ...plan,
    shoppers: plan.shoppers.flatMap((shopper, index) =>
      out.has(`s${index + 1}`) ? [] : [{ ...shopper, actions: kept(shopper.actions, `s${index + 1}.`) }],
    ),
    admin: kept(plan.admin, 'a'),
    troubles: kept(plan.troubles, 't'),
  };
};

/** Whether the fault with this number is left out. */
export const faultsLeftOut = (leftOut: LeftOut): ((fault: number) => boolean) => {
  if (leftOut.includes('f')) return () => true;
  const ranges = leftOut.flatMap((name) => {
    const [, from, to] = /^f(\d+)-(\d+)$/.exec(name) ?? [];
    return from && to ? [[Number(from), Number(to)] as const] : [];
  });
  return (fault) => ranges.some(([from, to]) => fault >= from && fault <= to);
};

const MOST_TRIES = 400;

/** Leaves out of a history that fails whatever it fails without. `play` is given what is left out. */
export const shrink = async (
  plan: Plan,
  first: Outcome,
  play: (leftOut: LeftOut) => Promise<Outcome>,
): Promise<{ leftOut: LeftOut; outcome: Outcome }> => {
  let leftOut: LeftOut = [];
  let outcome = first;
  let tries = 0;

  const tryWithout = async (names: LeftOut): Promise<boolean> => {
    if (names.length === 0 || tries >= MOST_TRIES) return false;
    tries += 1;
    const candidate = [...leftOut, ...names];
    const next = await play(candidate);
    if (next.breach?.promise !== first.breach?.promise) return false;
    [leftOut, outcome] = [candidate, next];
    return true;
  };

  /** All of them, else halves of them, down to each one. */
  const tryAll = async (names: LeftOut): Promise<void> => {
    if (names.length === 0 || (await tryWithout(names)) || names.length === 1) return;
    const half = Math.ceil(names.length / 2);
    await tryAll(names.slice(0, half));
    await tryAll(names.slice(half));
  };

  const faults = async (from: number, to: number): Promise<void> => {
    if (from > to || (await tryWithout([`f${from}-${to}`])) || from === to) return;
    const middle = Math.floor((from + to) / 2);
    await faults(from, middle);
    await faults(middle + 1, to);
  };

  const names = (count: number, letter: string) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  const shoppers = names(plan.shoppers.length, 's');
  for (let before = -1; before !== leftOut.length && tries < MOST_TRIES; ) {
    before = leftOut.length;
    const left = new Set(leftOut);
    const stillThere = (all: LeftOut) => all.filter((name) => !left.has(name));
    await tryAll(stillThere(names(plan.troubles.length, 't')));
    await tryAll(stillThere(names(plan.admin.length, 'a')));
    for (const shopper of stillThere(shoppers)) await tryWithout([shopper]);
    if (!left.has('f') && !(await tryWithout(['f'])) && before === 0) await faults(1, outcome.faults);
    for (const [index, { actions }] of plan.shoppers.entries()) {
      const name = `s${index + 1}`;
      if (!leftOut.includes(name)) await tryAll(stillThere(names(actions.length, `${name}.`)));
    }
  }
  // Actions of shoppers who are left out altogether need not be named.
  const gone = new Set(leftOut.filter((name) => shoppers.includes(name)));
  return { leftOut: leftOut.filter((name) => gone.has(name) || !gone.has(name.split('.')[0] ?? '')), outcome };
};
