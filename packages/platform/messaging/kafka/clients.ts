import {
  Admin,
  Consumer,
  compatibilityPartitioner,
  type GroupOptions,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';

export interface KafkaCluster {
  /** `host:port` of some of the brokers; they tell the others. */
  brokers: readonly string[];
  /** How brokers name this process in their logs. */
  clientId: string;
}

/** A client that reads bytes. */
export type RawConsumer = Consumer<Buffer, Buffer, Buffer, Buffer>;

/** A client that writes text. */
export type TextProducer = Producer<string, string, string, string>;

type GroupSettings = GroupOptions & { groupId: string; autocommit?: false; requestTimeout: number };

/**
 * Clients of one cluster. They don't try again by themselves but fail, and soon: whoever uses one knows better what is
 * to be done then, and for how long. The producer does, as only it can repeat a batch without storing it twice.
 */
export const createClients = ({ brokers, clientId }: KafkaCluster) => {
  const common = {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: 2_000,
    // Leaders that move say so; this is for what nobody says.
    metadataMaxAge: 30_000,
  };
  return {
    admin: (): Admin => new Admin({ ...common, retries: 0, requestTimeout: 5_000 }),
    consumer: (settings: GroupSettings): RawConsumer => new Consumer({ ...common, retries: 0, ...settings }),
    producer: (): TextProducer =>
      new Producer({
        ...common,
        idempotent: true,
        serializers: stringSerializers,
        // Other clients then find the same partition for the same key.
        partitioner: compatibilityPartitioner,
        requestTimeout: 10_000,
        // More than the time that anybody waits for it.
        retries: 100,
        retryDelay: (_client, _operation, attempt) => Math.min(50 * 2 ** attempt, 1_000),
      }),
  };
};

export type KafkaClients = ReturnType<typeof createClients>;
