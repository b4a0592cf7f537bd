/** Lets so many pieces of work run at a time, and so many wait in line; whoever comes after that is turned away. */
export interface Places {
  /** What `work` answers, or undefined when it was turned away. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
}

export const createPlaces = ({ running, waiting }: { running: number; waiting: number }): Places => {
  let free = running;
  const line: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else if (line.length >= waiting) return undefined;
      // The place is handed over by whoever leaves, so `free` stays as it is.
      else await new Promise<void>((next) => line.push(next));
      try {
        return await work();
      } finally {
        const next = line.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
};
