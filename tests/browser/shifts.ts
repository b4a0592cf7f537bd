import type { Visitor } from './visitor.ts';

/** From now on each page that is loaded counts how far what stood in it was moved by what came in. */
export const countShifts = ({ page }: Visitor): Promise<unknown> =>
  page.addInitScript(`
    window.shifts = 0;
    new PerformanceObserver((list) => { for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts += value; })
      .observe({ type: 'layout-shift', buffered: true });
  `);

/** The cumulative layout shift of the page since it was loaded. */
export const shiftsOf = async ({ page }: Visitor): Promise<number> => Number(await page.evaluate('window.shifts'));
