import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What a page in other colours can have wrong that it had not before. */
const ofColours = ['color-contrast', 'link-in-text-block'];

const run = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  // What moves or fades is looked at when it has come to rest.
  const script = `Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => {}))).then(() => axe.run(${JSON.stringify(options)}))`;
  const { violations } = (await page.evaluate(script)) as AxeResults;
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${help} at ${target.join(' ')}: ${failureSummary}`),
  );
};

/** What axe-core finds wrong with a page as it stands, in light and in dark, in a line each; empty is well. */
export const axeFaults = async (page: Page): Promise<string[]> => {
  // By way of the debugger: the page itself lets no script in that is not its own.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await run(page, ofColours);
  await page.emulateMedia({ colorScheme: 'light' });
  return [...(await run(page)).map((fault) => `light: ${fault}`), ...dark.map((fault) => `dark: ${fault}`)];
};
