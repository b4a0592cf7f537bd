import type { Clock } from '@shop/platform/time/clock.ts';
import type { CheckoutCommands } from '../checkout.saga.ts';
import type { StepName } from '../domain.ts';
import type { SagaStore } from '../store.ts';

/** `fail`: the call never arrives. `lose`: it takes effect, its reply is lost. `slow`: it takes two seconds longer. */
export type FaultMode = 'fail' | 'lose' | 'slow';

export interface Fault {
  step: StepName;
  mode: FaultMode;
  /** ISO 8601: when the step works again by itself. */
  until: string;
}

const SLOW_MS = 2_000;

/** Steps that are made to fail for a while, to see what the saga makes of it. */
export const createFaults = (clock: Clock) => {
  const faults = new Map<StepName, Fault>();

  const strike = async <T>(step: StepName, call: () => Promise<T>): Promise<T> => {
    const fault = faults.get(step);
    if (!fault || Date.parse(fault.until) <= clock.now().getTime()) return call();
    if (fault.mode === 'slow') await clock.sleep(SLOW_MS);
    if (fault.mode === 'fail') throw new Error(`The lab fails ${step}`);
    const reply = await call();
    if (fault.mode === 'lose') throw new Error(`The lab lost the reply of ${step}`);
    return reply;
  };

  return {
    /** Sets the fault of a step; zero seconds end it. */
    set(step: StepName, mode: FaultMode, seconds: number): Fault {
      const fault = { step, mode, until: new Date(clock.now().getTime() + seconds * 1000).toISOString() };
      faults.set(step, fault);
      return fault;
    },

    /** Takes over a fault that was set elsewhere. */
    adopt(fault: Fault): void {
      faults.set(fault.step, fault);
    },

    /** Those that are still in force. */
    active: (): Fault[] => [...faults.values()].filter(({ until }) => Date.parse(until) > clock.now().getTime()),

    commands: ({ cart, discount, inventory }: CheckoutCommands): CheckoutCommands => ({
      cart: {
        ...cart,
        lock: (command) => strike('lockCart', () => cart.lock(command)),
        complete: (command) => strike('completeCart', () => cart.complete(command)),
      },
      discount: { ...discount, apply: (command) => strike('applyVouchers', () => discount.apply(command)) },
      inventory: { ...inventory, reserve: (command) => strike('reserveInventory', () => inventory.reserve(command)) },
    }),

    store: <Store extends SagaStore>(store: Store): Store => ({
      ...store,
      pivot: (...decision: Parameters<SagaStore['pivot']>) => strike('createOrder', () => store.pivot(...decision)),
    }),
  };
};

export type Faults = ReturnType<typeof createFaults>;
