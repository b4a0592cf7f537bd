import { isRefusal, type ProblemCode, type Refusal } from '@shop/contracts/problems.ts';
import { isInfrastructureFailure } from '@shop/platform/failures/infrastructure.ts';
import type { Call } from '@shop/platform/http-client/call.ts';
import { CallFailed } from '@shop/platform/http-client/call-failed.ts';
import type { Caller } from '@shop/platform/http-client/caller.ts';
import { Breach } from './promises.ts';
import { brief } from './trace.ts';
import { count, type Process, type World } from './world.ts';

type Handlers = Record<string, (body: never) => Promise<unknown>>;

/** What came back: a value or a refusal, as JSON; or nothing that tells what became of the request. */
export type Answer =
  | { kind: 'answered'; value: unknown }
  | { kind: 'refused'; refusal: Refusal }
  /** `again`: another try may help. */
  | { kind: 'failed'; why: string; again: boolean };

export interface Network {
  /** From now on the process takes these requests. */
  serve(process: Process, handlers: Handlers): void;
  /** A request on its way to one process of `service`. It may get lost, as its answer may; `idempotent` ones come twice too. */
  send(from: Process, service: string, path: string, body: unknown, how: SendOptions): Promise<Answer>;
  /** How services call each other. */
  callerOf(from: Process, service: string): Pick<Caller, 'call'>;
  /** Somebody takes the requests to this service. */
  isServed(service: string): boolean;
  /** The next so many requests with this path come late. */
  holdBack(path: string, times: number): void;
  /** The connections of a process that died break. */
  hangUp(process: Process): void;
}

interface SendOptions {
  withinMs: number;
  idempotent: boolean;
}

interface Server {
  process: Process;
  handlers: Handlers;
}

const FIRST_PAUSE_MS = 50;
const MOST_TRIES = 3;
/** A call that comes late already gets a second, for what it was told before. */
const LATE_MS = 1_000;

export const createNetwork = (world: World): Network => {
  const servers = new Map<string, Server[]>();
  /** Requests that a process has in hand: what to do when it dies. */
  const open = new Map<Process, Set<() => void>>();
  const heldBack = new Map<string, number>();
  const { chaos, coverage, tell } = world;

  /** How much later than others a request arrives. */
  const lateness = (path: string): number => {
    const left = heldBack.get(path) ?? 0;
    if (left <= 0) return 0;
    heldBack.set(path, left - 1);
    count(coverage, `late: ${path}`);
    return chaos.lateness();
  };

  const choose = (service: string): Server | undefined => {
    const alive = (servers.get(service) ?? []).filter(({ process }) => process.isAlive);
    return alive[Math.floor(world.latency() * 1_000) % alive.length];
  };

  const handle = (server: Server, path: string, json: string, reply: (answer: Answer) => void): void => {
    const { process, handlers } = server;
    const handler = handlers[path];
    if (!handler) throw new Error(`${process.name} does not know ${path}`);
    const broken = () => reply({ kind: 'failed', why: 'broke off', again: true });
    const mine = open.get(process) ?? new Set();
    open.set(process, mine.add(broken));
    const end = (answer: Answer) => {
      mine.delete(broken);
      reply(answer);
    };
    handler(JSON.parse(json) as never).then(
      (value) => end(isRefusal(value) ? refused(value) : { kind: 'answered', value }),
      (error) => {
        tell(process.name, () => `  ${path} failed: ${error}`);
        // A server that is gone is nobody's fault; anything else is a defect, which users would see as a 500.
        if (!isInfrastructureFailure(error)) world.fail(new Breach('defect', `${path} failed: ${error.stack}`));
        end({ kind: 'failed', why: String(error), again: true });
      },
    );
  };

  const send: Network['send'] = (from, service, path, body, { withinMs, idempotent }) =>
    new Promise<Answer>((resolve) => {
      if (!from.isAlive) return;
      const json = JSON.stringify(body ?? null);
      tell(from.name, () => `${service} ← ${path} ${brief(body)}`);
      const patience = world.reach(from, withinMs, 'late', () => {
        tell(from.name, () => `${service}: ${path} is not answered`);
        count(coverage, 'message: not answered in time');
        resolve({ kind: 'failed', why: 'not answered in time', again: true });
      });
      const arrive = (answer: Answer) => {
        if (!patience.run) return count(coverage, 'message: late reply');
        patience.run = undefined;
        resolve(answer);
      };
      const reply = (answer: Answer) => {
        const text = JSON.stringify(answer);
        const fault = chaos.ofMessage();
        if (fault) count(coverage, `reply: ${fault.kind}`);
        if (fault?.kind === 'lost') return;
        const ms = world.latency() + (fault?.kind === 'delayed' ? fault.ms : 0);
        world.reach(from, ms, 'reply', () => {
          tell(from.name, () => `${service} → ${path} ${brief(answer)}`);
          arrive(JSON.parse(text));
        });
      };
      const deliver = (ms: number) =>
        world.after(ms, path, () => {
          const server = choose(service);
          if (!server) return reply({ kind: 'failed', why: 'nobody is there', again: true });
          world.reach(server.process, 0, 'request', () => handle(server, path, json, reply));
        });
      world.send(from, path, () => {
        const fault = chaos.ofMessage();
        if (fault) count(coverage, `request: ${fault.kind}`);
        if (fault?.kind === 'lost') return;
        deliver(world.latency() + lateness(path) + (fault?.kind === 'delayed' ? fault.ms : 0));
        if (fault?.kind === 'repeated' && idempotent) deliver(world.latency() + fault.ms);
      });
    });

  const tryCall = async (from: Process, service: string, call: Call<unknown>): Promise<unknown> => {
    const now = () => from.clock.now().getTime();
    const useful = call.notAfter === undefined ? Number.POSITIVE_INFINITY : Date.parse(call.notAfter);
    const deadline = Math.min(now() + call.withinMs, Math.max(useful, now() + LATE_MS));
    let underWay = false;
    for (let tries = 1; ; tries += 1) {
      const withinMs = Math.max(1, Math.min(2_000, deadline - now()));
      const answer = await send(from, service, call.path, call.body, { withinMs, idempotent: true });
      if (answer.kind === 'answered' && call.isReply(answer.value)) return answer.value;
      // As in the caller: a try that was not answered may take effect after a later one was refused.
      if (answer.kind === 'refused' && isAmong(answer.refusal.code, call.refusals)) {
        if (!underWay || call.notAfter === undefined) return answer.refusal;
        throw new CallFailed(`${service}: ${call.path}: refused, while another try may be under way`);
      }
      underWay ||= answer.kind === 'failed' && /not answered|broke off/.test(answer.why);
      const again = answer.kind === 'failed' && answer.again;
      const pauseMs = FIRST_PAUSE_MS * 2 ** tries * (0.5 + from.ids.fraction());
      if (!again || tries >= MOST_TRIES || now() + pauseMs >= deadline)
        throw new CallFailed(`${service}: ${call.path}: ${JSON.stringify(answer).slice(0, 200)}`);
      await from.clock.sleep(pauseMs);
    }
  };

  return {
    serve(process, handlers) {
      const others = (servers.get(process.service) ?? []).filter(({ process: { isAlive } }) => isAlive);
      servers.set(process.service, [...others, { process, handlers }]);
    },
    send,
    callerOf: (from, service) => ({
      call: <Reply>(call: Call<Reply>) => tryCall(from, service, call as Call<unknown>) as Promise<Reply>,
    }),
    isServed: (service) => (servers.get(service) ?? []).some(({ process }) => process.isAlive),
    holdBack(path, times) {
      heldBack.set(path, times);
    },
    hangUp(process) {
      for (const broken of open.get(process) ?? []) broken();
      open.delete(process);
    },
  };
};

const refused = (refusal: Refusal): Answer => ({ kind: 'refused', refusal });

const isAmong = (code: ProblemCode, codes: readonly ProblemCode[] = []): boolean => codes.includes(code);
