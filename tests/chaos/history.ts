/** What clients of a run asked for and were told, as they saw it. */
export interface History {
  shoppers: Shopper[];
  purchases: Purchase[];
  adjustments: Adjustment[];
  /** Answers that no client should get. */
  wrong: string[];
  /** What happened in each second of the run. */
  seconds: Second[];
}

export interface Shopper {
  id: string;
  email: string;
  password: string;
}

/** Units by SKU. */
export type Lines = Record<string, number>;

export type Outcome = { kind: 'completed'; orderId: string } | { kind: 'refused'; code: string };

export interface Purchase {
  userId: string;
  key: string;
  /** What was in the cart, where every edit of it had a definite answer. */
  lines?: Lines;
  outcome?: Outcome;
  /** A cancel that was sent; `acknowledged` once it was answered. */
  cancel?: 'asked' | 'acknowledged';
}

export interface Adjustment {
  sku: string;
  delta: number;
  key: string;
  outcome?: 'applied' | 'refused';
}

/** One second of the run, in numbers of what ended in it. */
export interface Second {
  /** Checkouts that were told to have completed, and to be refused. */
  completed: number;
  refused: number;
  /** Requests that were answered as they should, turned away (503 or 401), or not answered at all. */
  answered: number;
  turnedAway: number;
  unanswered: number;
}

const emptySecond = (): Second => ({ completed: 0, refused: 0, answered: 0, turnedAway: 0, unanswered: 0 });

export interface Chronicle {
  history: History;
  /** Milliseconds since the beginning of the run. */
  elapsed(): number;
  count(what: keyof Second): void;
  wrong(sentence: string): void;
  /** When the last checkout completed, in milliseconds since the beginning; before it, -1. */
  lastCompleted(): number;
}

const MOST_WRONG = 200;

/** `report` is told at once what is wrong. */
export const openChronicle = (report: (sentence: string) => void): Chronicle => {
  const start = performance.now();
  const elapsed = () => performance.now() - start;
  const history: History = { shoppers: [], purchases: [], adjustments: [], wrong: [], seconds: [] };
  let completedAt = -1;
  return {
    history,
    elapsed,
    count(what) {
      const now = elapsed();
      const second = Math.floor(now / 1000);
      while (history.seconds.length <= second) history.seconds.push(emptySecond());
      (history.seconds[second] as Second)[what] += 1;
      if (what === 'completed') completedAt = now;
    },
    wrong(sentence) {
      if (history.wrong.length >= MOST_WRONG) return;
      history.wrong.push(sentence);
      report(`WRONG: ${sentence}`);
    },
    lastCompleted: () => completedAt,
  };
};
