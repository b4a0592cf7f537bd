import { setting } from '../config/config.ts';
import { joi } from '../http/schemas.ts';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerName = (typeof samplers)[number];

/** The settings of tracing, by OpenTelemetry's own names; the same in every process. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: setting<string | undefined>(
    'where spans go, OTLP over HTTP, such as http://localhost:4318; nothing is traced without it',
    joi
      .string()
      .uri({ scheme: ['http', 'https'] })
      .custom((text: string, tools) => (URL.canParse(text) ? text : tools.error('string.uri'))),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting<string | undefined>(
    'headers sent with the spans, as name=value, separated by commas, values percent-encoded',
    joi
      .string()
      .max(4000)
      .pattern(/^[\w.-]+=[^,\s]+( ?, ?[\w.-]+=[^,\s]+)*$/)
      // Joi's own words would repeat the value, and it is likely to be a secret.
      .messages({ 'string.pattern.base': '{{#label}} must be name=value, several of them separated by commas' }),
  ),
  OTEL_SERVICE_NAME: setting<string | undefined>(
    'the name that the spans of this process carry; the name of the service by default',
    joi.string().max(200),
  ),
  OTEL_TRACES_SAMPLER: setting<SamplerName>(
    `which traces are recorded: ${samplers.join(', ')}`,
    joi
      .string<SamplerName>()
      .valid(...samplers)
      .default('parentbased_always_on'),
  ),
  OTEL_TRACES_SAMPLER_ARG: setting<number>(
    'the share of traces that a sampler with a ratio records, from 0 to 1',
    joi.number().min(0).max(1).default(1),
  ),
};
