/**
 * Names every place where a kill is worth trying: before and after each call that crosses a port (commands, stores,
 * outboxes, the log, consumers). Off, it hands every part back as it is.
 */
export interface CrashPoints {
  /** `part` with a point before and one after each of its methods, those of its plain objects too. */
  around<Part extends object>(name: string, part: Part): Part;
}

/** What ordinary runs use: nothing is wrapped. */
export const noCrashPoints: CrashPoints = { around: (_name, part) => part };

type Method = (...parameters: unknown[]) => unknown;

/** Calls `hit` with the name of each point that is passed, such as `cart.lock before`. */
const createCrashPoints = (hit: (point: string) => void, names: Set<string>): CrashPoints => {
  const wrap = (name: string, method: Method): Method => {
    names.add(name);
    return (...parameters) => {
      hit(`${name} before`);
      const reply = method(...parameters);
      if (!(reply instanceof Promise)) return reply;
      return reply.then((value) => {
        hit(`${name} after`);
        return value;
      });
    };
  };
  const around = <Part extends object>(name: string, part: Part): Part => {
    const wrapped = Object.entries(part).map(([key, value]) => {
      if (typeof value === 'function') return [key, wrap(`${name}.${key}`, value as Method)];
      return value !== null && Object.getPrototypeOf(value) === Object.prototype
        ? [key, around(`${name}.${key}`, value)]
        : [key, value];
    });
    return Object.fromEntries(wrapped) as Part;
  };
  return { around };
};

/**
 * What a test sends to the shop that it started: where to die, the first time or the `time`-th that it is passed, or to
 * tell what there is and what is passed from now on.
 */
export type CrashOrder = { dieAt: string; time?: number } | { list: true };

/** What the shop sends back: that it has understood, with the names of all wrapped methods, and points as they are passed. */
export type CrashReport = { understood: CrashOrder; methods: string[] } | { point: string };

/**
 * Points that a test drives over the channel to its child process: the shop kills itself with -9 where it is told to,
 * or reports each point that it passes for the first time.
 */
export const crashPointsOnOrder = (): CrashPoints => {
  let dieAt: string | undefined;
  let times = 1;
  let seen: Set<string> | undefined;
  const methods = new Set<string>();
  const report = (message: CrashReport) => process.send?.(message);
  process.on('message', (order: CrashOrder) => {
    if ('dieAt' in order) ({ dieAt, time: times = 1 } = order);
    else seen = new Set();
    report({ understood: order, methods: [...methods] });
  });
  return createCrashPoints((point) => {
    if (point === dieAt && --times === 0) process.kill(process.pid, 'SIGKILL');
    if (!seen || seen.has(point)) return;
    seen.add(point);
    report({ point });
  }, methods);
};
