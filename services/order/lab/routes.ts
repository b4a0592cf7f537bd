import { isRefusal } from '@shop/contracts/problems.ts';
import { answer, get, post, put, type Route } from '@shop/platform/http/route.ts';
import { isoDate, joi, sku, uuid } from '@shop/platform/http/schemas.ts';
import { idParams } from '../schemas.ts';
import type { Fault, Faults } from './faults.ts';
import type { RunRequest, Runs } from './runs.ts';

const race = {
  buyers: joi.number().integer().min(1).max(500).required(),
  units: joi.number().integer().min(0).max(1000).required(),
  voucherUses: joi.number().integer().min(1).max(1000),
};

const runBody = joi
  .alternatives<RunRequest>()
  .try(joi.object({ sku: sku.required(), ...race }), joi.object({ new: joi.boolean().valid(true).required(), ...race }))
  .match('any');

const run = joi.object({
  id: uuid.required(),
  sku: joi.string().required(),
  voucher: joi.string().allow(null).required(),
  buyers: joi.number().integer().required(),
  units: joi.number().integer().required(),
  voucherUses: joi.number().integer(),
  status: joi.string().valid('preparing', 'running', 'finished', 'failed').required(),
  answered: joi.number().integer().required(),
  orders: joi.number().integer().required(),
  refusals: joi.object().pattern(joi.string(), joi.number().integer()).required(),
  latencyMs: joi.object({ p50: joi.number().required(), p99: joi.number().required() }).allow(null).required(),
  invariants: joi
    .array()
    .items(joi.object({ name: joi.string().required(), holds: joi.boolean().required() }))
    .required(),
  checkouts: joi.array().items(uuid).required(),
  startedAt: isoDate.required(),
  finishedAt: isoDate.allow(null).required(),
});

const faultBody = joi.object<Pick<Fault, 'step' | 'mode'> & { seconds: number }, true>({
  step: joi.string().valid('lockCart', 'applyVouchers', 'reserveInventory', 'createOrder', 'completeCart').required(),
  mode: joi.string().valid('fail', 'lose', 'slow').required(),
  seconds: joi.number().integer().min(0).max(300).required(),
});

const fault = joi.object({ step: joi.string().required(), mode: joi.string().required(), until: isoDate.required() });

const lab = joi.object({ runs: joi.array().items(run).required(), faults: joi.array().items(fault).required() });

/** The race lab; mounted only where `LAB` is on, NOT_FOUND elsewhere. */
export const labRoutes = ({ runs, faults }: { runs: Runs; faults: Faults }): Route[] => [
  get(
    '/lab',
    {
      summary: 'The last runs, newest first, and the faults in force',
      access: 'admin',
      answers: { 200: lab, 404: 'NOT_FOUND' },
    },
    async () => ({ runs: runs.list(), faults: faults.active() }),
  ),
  post(
    '/lab/runs',
    {
      summary: 'Let many buyers race for few units',
      access: 'admin',
      body: runBody,
      answers: { 202: run, 404: ['SKU_UNKNOWN', 'NOT_FOUND'], 409: ['INVALID_TRANSITION', 'INSUFFICIENT_STOCK'] },
    },
    async ({ body }) => {
      const started = await runs.start(body);
      return isRefusal(started) ? started : answer(202, started, { Location: `/lab/runs/${started.id}` });
    },
  ),
  get(
    '/lab/runs/:id',
    {
      summary: 'A run as it stands',
      access: 'admin',
      params: idParams,
      answers: { 200: run, 404: ['LAB_RUN_NOT_FOUND', 'NOT_FOUND'] },
    },
    ({ params }) => runs.find(params.id),
  ),
  put(
    '/lab/faults',
    {
      summary: 'Make a step of the saga fail for a while',
      access: 'admin',
      body: faultBody,
      answers: { 200: fault, 404: 'NOT_FOUND' },
    },
    ({ body }) => faults.set(body.step, body.mode, body.seconds),
  ),
];
