import { createRandom } from './random.ts';

/** What may happen to one call of a port. */
export type CallFault = {
  kind: 'refused' | 'answer lost' | 'crash before' | 'crash after';
  /** How long the caller waits for an answer that doesn't come. */
  ms: number;
};

/** What may happen to one message between processes. */
export type MessageFault = { kind: 'lost' | 'repeated' | 'delayed'; ms: number };

/** What may go wrong at any moment, and how often: the probability for each call, or each message. */
export interface Rates {
  refused: number;
  answerLost: number;
  crashBefore: number;
  crashAfter: number;
  lost: number;
  repeated: number;
  delayed: number;
  /** Of events: taken again, after they took effect. */
  redelivered: number;
}

/** All that goes wrong in a history, until it is told to stop. */
export interface Chaos {
  ofCall(service: string, label: string, now: number): CallFault | undefined;
  ofMessage(): MessageFault | undefined;
  /** By how many milliseconds something comes late. */
  lateness(): number;
  isRedelivered(): boolean;
  /** What a process sent just before it died may have got lost with it. */
  isLostWithProcess(): boolean;
  /** From now on the ports of `service` whose names begin with `port` fail, until then. */
  breakDown(service: string, port: string, until: number): void;
  /** Nothing goes wrong for a while. */
  pause(isPaused: boolean): void;
  /** Nothing goes wrong any more: neither what would be dealt from here on, nor what was dealt and has not happened yet. */
  stop(): void;
  isStopped(): boolean;
  /** How many faults there were so far. */
  faults(): number;
}

export interface ChaosOptions {
  seed: number;
  rates: Rates;
  /** Leaves out the fault with this number: histories are shrunk with it. */
  isLeftOut: (fault: number) => boolean;
}

/** So that a history gets somewhere. */
const MOST_FAULTS = 120;

export const createChaos = ({ seed, rates, isLeftOut }: ChaosOptions): Chaos => {
  const calls = createRandom(seed, 'faults of calls');
  const messages = createRandom(seed, 'faults of messages');
  const outages = new Map<string, number>();
  const callKinds = [
    ['refused', rates.refused],
    ['answer lost', rates.answerLost],
    ['crash before', rates.crashBefore],
    ['crash after', rates.crashAfter],
  ] as const;
  const messageKinds = [
    ['lost', rates.lost],
    ['repeated', rates.repeated],
    ['delayed', rates.delayed],
  ] as const;
  let isOver = false;
  let isStopped = false;
  let faults = 0;

  const kindOf = <Kind extends string>(draw: number, kinds: readonly (readonly [Kind, number])[]): Kind | undefined => {
    let rest = draw;
    for (const [kind, rate] of kinds) {
      if (rest < rate) return kind;
      rest -= rate;
    }
    return undefined;
  };

  const happens = (): boolean => {
    faults += 1;
    return faults <= MOST_FAULTS && !isLeftOut(faults);
  };

  /** Some messages come a little later, some when another was sent in their place, some when all is long over. */
  const lateness = (): number => {
    if (isOver) return 0;
    const draw = messages.fraction();
    if (draw < 0.4) return messages.below(500);
    return draw < 0.85 ? 1_500 + messages.below(10_000) : messages.below(25_000);
  };

  const isDown = (service: string, label: string, now: number): boolean => {
    for (const [name, until] of outages) if (now < until && `${service} ${label}`.startsWith(name)) return true;
    return false;
  };

  return {
    ofCall(service, label, now) {
      if (isOver) return undefined;
      if (outages.size > 0 && isDown(service, label, now)) return { kind: 'refused', ms: 0 };
      const kind = kindOf(calls.fraction(), callKinds);
      if (kind === undefined || !happens()) return undefined;
      return { kind, ms: kind === 'answer lost' && calls.chance(0.5) ? 500 + calls.below(6_000) : 0 };
    },
    ofMessage() {
      if (isOver) return undefined;
      const kind = kindOf(messages.fraction(), messageKinds);
      if (kind === undefined || !happens()) return undefined;
      // A message that comes twice may do so at once, before the first is dealt with.
      return { kind, ms: kind === 'repeated' && messages.chance(0.4) ? messages.fraction() * 4 : lateness() };
    },
    lateness,
    isRedelivered: () => !isOver && messages.chance(rates.redelivered) && happens(),
    isLostWithProcess: () => calls.chance(0.5),
    breakDown(service, port, until) {
      outages.set(`${service} ${port}`, until);
    },
    pause(isPaused) {
      isOver = isPaused;
    },
    stop() {
      isOver = true;
      isStopped = true;
      outages.clear();
    },
    isStopped: () => isStopped,
    faults: () => faults,
  };
};
