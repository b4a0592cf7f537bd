import type { Product } from '@shop/sdk/api.ts';

export type Variant = Product['variants'][number];

export interface OptionChoice {
  name: string;
  values: string[];
}

/** The options that tell the variants apart, each with its values in the order of the variants. */
export const choicesOf = (variants: readonly Variant[]): OptionChoice[] => {
  const names = [...new Set(variants.flatMap(({ options }) => Object.keys(options)))];
  return names
    .map((name) => ({ name, values: [...new Set(variants.map(({ options }) => options[name] ?? '–'))] }))
    .filter(({ values }) => values.length > 1)
    .sort((a, b) => rank(a.name) - rank(b.name));
};

/** A colour is what one looks for first. */
const rank = (name: string): number => (/^colou?r$/i.test(name) ? 0 : 1);

const valueIn = ({ options }: Variant, name: string): string => options[name] ?? '–';

/** Whether options alone say which variant is meant. */
export const optionsTellApart = (variants: readonly Variant[]): boolean => {
  const names = choicesOf(variants).map(({ name }) => name);
  return (
    new Set(variants.map((variant) => JSON.stringify(names.map((name) => valueIn(variant, name))))).size ===
    variants.length
  );
};

/**
 * The variant after one option was changed: of those with the new value, the one that keeps most of the rest, and of
 * these the first that `isThere`.
 */
export const afterChoice = (
  variants: readonly Variant[],
  current: Variant,
  name: string,
  value: string,
  isThere: (variant: Variant) => boolean,
): Variant => {
  const names = choicesOf(variants).map((choice) => choice.name);
  const kept = (variant: Variant) =>
    names.filter((other) => other !== name && valueIn(variant, other) === valueIn(current, other)).length;
  const score = (variant: Variant) => kept(variant) * 2 + (isThere(variant) ? 1 : 0);
  const candidates = variants.filter((variant) => valueIn(variant, name) === value);
  return candidates.reduce(
    (best, variant) => (score(variant) > score(best) ? variant : best),
    candidates[0] ?? current,
  );
};

/** The values of one option as they can be chosen beside the rest of `current`. */
export const valuesBeside = (
  variants: readonly Variant[],
  current: Variant,
  { name, values }: OptionChoice,
  isThere: (variant: Variant) => boolean,
): { value: string; isChosen: boolean; isThere: boolean }[] =>
  values.map((value) => {
    const variant = afterChoice(variants, current, name, value, isThere);
    return { value, isChosen: valueIn(current, name) === value, isThere: isThere(variant) };
  });
