import { topics } from '@shop/contracts/events.ts';
import { isoDate, joi, listOf, listQuery, plainText, uuid } from '@shop/platform/http/schemas.ts';

const count = () => joi.number().integer().min(0).required();
const topic = joi.string().valid(...topics);

export const overview = joi.object({
  at: isoDate.required(),
  windowSeconds: count(),
  checkouts: joi
    .object({
      perMinute: joi.number().min(0).required(),
      completed: count(),
      refused: count(),
      running: count(),
      /** Of those that ended; null when none did. */
      successRate: joi.number().min(0).max(1).allow(null).required(),
      /** Those that began in each ten seconds and have ended, the oldest slot first. */
      series: joi
        .array()
        .items(joi.object({ at: isoDate.required(), completed: count(), refused: count() }))
        .required(),
    })
    .required(),
  parked: count(),
  steps: joi
    .array()
    .items(
      joi.object({
        name: joi.string().required(),
        count: count(),
        p50Ms: joi.number().required(),
        p99Ms: joi.number().required(),
      }),
    )
    .required(),
  outbox: joi
    .array()
    .items(joi.object({ service: joi.string().required(), depth: count() }))
    .required(),
  lag: joi
    .array()
    .items(joi.object({ group: joi.string().required(), topic: topic.required(), behind: count() }))
    .required(),
  deadLetters: count(),
  /** What could not be told just now, and is empty for that reason. */
  missing: joi.array().items(joi.string().valid('lag')).required(),
});

export const eventListQuery = listQuery({ topic, type: plainText(80), key: plainText(200), sagaId: uuid });
export const eventList = listOf(
  joi
    .object({
      topic: topic.required(),
      id: uuid.required(),
      type: joi.string().required(),
      key: joi.string().required(),
      time: isoDate.required(),
    })
    .unknown(),
);

export const letterListQuery = listQuery({});
export const letterParams = joi.object<{ id: string }, true>({ id: uuid.required() });
export const deadLetter = joi.object({
  id: uuid.required(),
  topic: topic.required(),
  group: joi.string().required(),
  error: joi.string().allow('').required(),
  at: isoDate.required(),
  event: joi.any().required(),
  burials: count(),
  replayedAt: isoDate.allow(null).required(),
});
export const deadLetterList = listOf(deadLetter);
