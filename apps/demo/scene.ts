import type { Clock } from '@shop/platform/time/clock.ts';
import type { Ids } from '@shop/platform/time/ids.ts';
import type { OwnShop } from './own-shop.ts';
import type { Printer } from './printer.ts';
import type { Stage } from './stage.ts';

/** A shop that may be killed, and the stage on it. */
export interface Doomed {
  shop: OwnShop;
  stage: Stage;
}

/** What a chapter is told with. */
export interface Scene {
  stage: Stage;
  page: Printer;
  clock: Clock;
  ids: Ids;
  /** A shop that the demo itself has started; starts one where there is none, and says so. */
  doomed(): Promise<Doomed>;
}

export interface Chapter {
  title: string;
  /** @throws NotTrue when the shop does not do what is told. */
  tell(scene: Scene): Promise<void>;
}
