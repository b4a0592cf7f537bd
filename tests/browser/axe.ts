import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds wrong with a page as it stands, in a line each; empty is well. */
export const axeFaults = async (page: Page): Promise<string[]> => {
  // By way of the debugger: the page itself lets no script in that is not its own.
  await page.evaluate(axe.source);
  // What moves or fades is looked at when it has come to rest.
  const run = `Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => {}))).then(() => axe.run({ resultTypes: ['violations'] }))`;
  const { violations } = (await page.evaluate(run)) as AxeResults;
  return violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${impact} ${id}: ${help} at ${target.join(' ')}: ${failureSummary}`),
  );
};
