/** Made from /openapi.json of the running shop; `npm run sdk:types` makes it again. Not edited by hand. */

export type Voucher =
  | {
      code: string;
      scope:
        | {
            kind: 'order';
          }
        | {
            kind: 'products';
            ids: string[];
          }
        | {
            kind: 'skus';
            ids: string[];
          }
        | {
            kind: 'categories';
            ids: string[];
          };
      minSubtotal?: {
        amount: number;
        currency: string;
      };
      usageLimit?: number;
      perUserLimit?: number;
      userIds?: string[];
      startsAt?: string;
      endsAt?: string;
      combinable: boolean;
      priority: number;
      active: boolean;
      used: number;
      version: number;
      type: 'percentage';
      value: number;
    }
  | {
      code: string;
      scope:
        | {
            kind: 'order';
          }
        | {
            kind: 'products';
            ids: string[];
          }
        | {
            kind: 'skus';
            ids: string[];
          }
        | {
            kind: 'categories';
            ids: string[];
          };
      minSubtotal?: {
        amount: number;
        currency: string;
      };
      usageLimit?: number;
      perUserLimit?: number;
      userIds?: string[];
      startsAt?: string;
      endsAt?: string;
      combinable: boolean;
      priority: number;
      active: boolean;
      used: number;
      version: number;
      type: 'fixed_amount';
      value: {
        amount: number;
        currency: string;
      };
    }
  | {
      code: string;
      scope:
        | {
            kind: 'order';
          }
        | {
            kind: 'products';
            ids: string[];
          }
        | {
            kind: 'skus';
            ids: string[];
          }
        | {
            kind: 'categories';
            ids: string[];
          };
      minSubtotal?: {
        amount: number;
        currency: string;
      };
      usageLimit?: number;
      perUserLimit?: number;
      userIds?: string[];
      startsAt?: string;
      endsAt?: string;
      combinable: boolean;
      priority: number;
      active: boolean;
      used: number;
      version: number;
      type: 'buy_x_get_y';
      value: {
        buy: number;
        get: number;
        percentOff: number;
      };
    };

export interface Api {
  'POST /auth/guest': {
    path: {};
    query: {};
    answer: Session;
  };
  'POST /auth/register': {
    path: {};
    query: {};
    body: {
      email: string;
      password: string;
      name: string;
    };
    answer: Session;
  };
  'POST /auth/login': {
    path: {};
    query: {};
    body: {
      email: string;
      password: string;
    };
    answer: {
      accessToken: string;
      refreshToken: string;
      tokenType: 'Bearer';
      expiresIn: number;
      user: User;
      cartMerged?: boolean;
    };
  };
  'POST /auth/refresh': {
    path: {};
    query: {};
    body: {
      refreshToken: string;
    };
    answer: Session;
  };
  'POST /auth/logout': {
    path: {};
    query: {};
    body: {
      refreshToken: string;
    };
    answer: undefined;
  };
  'GET /auth/me': {
    path: {};
    query: {};
    answer: User;
  };
  'GET /.well-known/jwks.json': {
    path: {};
    query: {};
    answer: {
      keys: {
        kty: string;
        crv: string;
        x: string;
        kid: string;
        alg: string;
        use: string;
      }[];
    };
  };
  'GET /products': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
      search?: string;
      category?: string;
      brand?: string;
      tag?: string;
      status?: 'active' | 'draft' | 'archived';
      sort?: 'relevance' | 'title' | '-createdAt' | 'price' | '-price';
    };
    answer: {
      items: Product[];
      nextCursor: string | null;
    };
  };
  'POST /products': {
    path: {};
    query: {};
    body: {
      handle?: string;
      title: string;
      description?: string;
      images?: {
        url: string;
        alt?: string;
      }[];
      brand?: string;
      category?: string;
      tags?: string[];
      attributes?: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` ".*".
         */
        [k: string]: string | number | boolean;
      };
      status?: 'active' | 'draft' | 'archived';
      variants: {
        sku: string;
        price: {
          amount: number;
          currency: string;
        };
        options?: {
          /**
           * This interface was referenced by `undefined`'s JSON-Schema definition
           * via the `patternProperty` ".*".
           */
          [k: string]: string;
        };
        imageUrl?: string;
        initialStock?: number;
      }[];
    };
    answer: Product;
  };
  'GET /products/facets': {
    path: {};
    query: {};
    answer: {
      categories: {
        name: string;
        count: number;
      }[];
      brands: {
        name: string;
        count: number;
      }[];
    };
  };
  'GET /products/{id}': {
    path: {
      id: string;
    };
    query: {};
    answer: Product;
  };
  'PATCH /products/{id}': {
    path: {
      id: string;
    };
    query: {};
    body: {
      handle?: string;
      title?: string;
      description?: string;
      images?: {
        url: string;
        alt?: string;
      }[];
      brand?: string;
      category?: string;
      tags?: string[];
      attributes?: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` ".*".
         */
        [k: string]: string | number | boolean;
      };
      status?: 'active' | 'draft' | 'archived';
      variants?: {
        sku: string;
        price: {
          amount: number;
          currency: string;
        };
        options?: {
          /**
           * This interface was referenced by `undefined`'s JSON-Schema definition
           * via the `patternProperty` ".*".
           */
          [k: string]: string;
        };
        imageUrl?: string;
        initialStock?: number;
      }[];
    };
    answer: Product;
  };
  'DELETE /products/{id}': {
    path: {
      id: string;
    };
    query: {};
    answer: undefined;
  };
  'POST /products/import': {
    path: {};
    query: {};
    body: string;
    answer: ImportResult;
  };
  'GET /inventory': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
      skus?: string;
      search?: string;
    };
    answer: {
      items: Stock[];
      nextCursor: string | null;
    };
  };
  'GET /inventory/{sku}': {
    path: {
      sku: string;
    };
    query: {};
    answer: Stock;
  };
  'POST /inventory/{sku}/adjustments': {
    path: {
      sku: string;
    };
    query: {};
    body: {
      delta: number;
      reason: 'receipt' | 'correction' | 'damage' | 'return';
      note?: string;
    };
    answer: Stock;
  };
  'GET /inventory/{sku}/movements': {
    path: {
      sku: string;
    };
    query: {
      limit?: number;
      cursor?: string;
    };
    answer: {
      items: Movement[];
      nextCursor: string | null;
    };
  };
  'GET /cart': {
    path: {};
    query: {};
    answer: Cart;
  };
  'DELETE /cart': {
    path: {};
    query: {};
    answer: Cart;
  };
  'GET /cart/quote': {
    path: {};
    query: {};
    answer: Quote;
  };
  'POST /cart/items': {
    path: {};
    query: {};
    body: {
      sku: string;
      quantity: number;
    };
    answer: Cart;
  };
  'PUT /cart/items/{sku}': {
    path: {
      sku: string;
    };
    query: {};
    body: {
      quantity: number;
    };
    answer: Cart;
  };
  'DELETE /cart/items/{sku}': {
    path: {
      sku: string;
    };
    query: {};
    answer: Cart;
  };
  'PUT /cart/vouchers/{code}': {
    path: {
      code: string;
    };
    query: {};
    answer: Cart;
  };
  'DELETE /cart/vouchers/{code}': {
    path: {
      code: string;
    };
    query: {};
    answer: Cart;
  };
  'GET /vouchers': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
    };
    answer: {
      items: Voucher[];
      nextCursor: string | null;
    };
  };
  'POST /vouchers': {
    path: {};
    query: {};
    body:
      | {
          code: string;
          scope:
            | {
                kind: 'order';
              }
            | {
                kind: 'products';
                ids: string[];
              }
            | {
                kind: 'skus';
                ids: string[];
              }
            | {
                kind: 'categories';
                ids: string[];
              };
          minSubtotal?: {
            amount: number;
            currency: string;
          };
          usageLimit?: number;
          perUserLimit?: number;
          userIds?: string[];
          startsAt?: string;
          endsAt?: string;
          combinable?: boolean;
          priority?: number;
          active?: boolean;
          type: 'percentage';
          value: number;
        }
      | {
          code: string;
          scope:
            | {
                kind: 'order';
              }
            | {
                kind: 'products';
                ids: string[];
              }
            | {
                kind: 'skus';
                ids: string[];
              }
            | {
                kind: 'categories';
                ids: string[];
              };
          minSubtotal?: {
            amount: number;
            currency: string;
          };
          usageLimit?: number;
          perUserLimit?: number;
          userIds?: string[];
          startsAt?: string;
          endsAt?: string;
          combinable?: boolean;
          priority?: number;
          active?: boolean;
          type: 'fixed_amount';
          value: {
            amount: number;
            currency: string;
          };
        }
      | {
          code: string;
          scope:
            | {
                kind: 'order';
              }
            | {
                kind: 'products';
                ids: string[];
              }
            | {
                kind: 'skus';
                ids: string[];
              }
            | {
                kind: 'categories';
                ids: string[];
              };
          minSubtotal?: {
            amount: number;
            currency: string;
          };
          usageLimit?: number;
          perUserLimit?: number;
          userIds?: string[];
          startsAt?: string;
          endsAt?: string;
          combinable?: boolean;
          priority?: number;
          active?: boolean;
          type: 'buy_x_get_y';
          value: {
            buy: number;
            get: number;
            percentOff: number;
          };
        };
    answer: Voucher;
  };
  'GET /vouchers/{code}/redemptions': {
    path: {
      code: string;
    };
    query: {
      limit?: number;
      cursor?: string;
    };
    answer: {
      items: Redemption[];
      nextCursor: string | null;
    };
  };
  'GET /vouchers/{code}': {
    path: {
      code: string;
    };
    query: {};
    answer: Voucher;
  };
  'PATCH /vouchers/{code}': {
    path: {
      code: string;
    };
    query: {};
    body: {
      type?: 'percentage' | 'fixed_amount' | 'buy_x_get_y';
      value?:
        | number
        | {
            amount: number;
            currency: string;
          }
        | {
            buy: number;
            get: number;
            percentOff: number;
          };
      scope?:
        | {
            kind: 'order';
          }
        | {
            kind: 'products';
            ids: string[];
          }
        | {
            kind: 'skus';
            ids: string[];
          }
        | {
            kind: 'categories';
            ids: string[];
          };
      minSubtotal?: {
        amount: number;
        currency: string;
      } | null;
      usageLimit?: number | null;
      perUserLimit?: number | null;
      userIds?: string[] | null;
      startsAt?: string | null;
      endsAt?: string | null;
      combinable?: boolean;
      priority?: number;
      active?: boolean;
    };
    answer: Voucher;
  };
  'DELETE /vouchers/{code}': {
    path: {
      code: string;
    };
    query: {};
    answer: undefined;
  };
  'POST /vouchers/preview': {
    path: {};
    query: {};
    body: {
      voucher:
        | {
            code?: string;
            scope:
              | {
                  kind: 'order';
                }
              | {
                  kind: 'products';
                  ids: string[];
                }
              | {
                  kind: 'skus';
                  ids: string[];
                }
              | {
                  kind: 'categories';
                  ids: string[];
                };
            minSubtotal?: {
              amount: number;
              currency: string;
            };
            usageLimit?: number;
            perUserLimit?: number;
            userIds?: string[];
            startsAt?: string;
            endsAt?: string;
            combinable?: boolean;
            priority?: number;
            active?: boolean;
            type: 'percentage';
            value: number;
          }
        | {
            code?: string;
            scope:
              | {
                  kind: 'order';
                }
              | {
                  kind: 'products';
                  ids: string[];
                }
              | {
                  kind: 'skus';
                  ids: string[];
                }
              | {
                  kind: 'categories';
                  ids: string[];
                };
            minSubtotal?: {
              amount: number;
              currency: string;
            };
            usageLimit?: number;
            perUserLimit?: number;
            userIds?: string[];
            startsAt?: string;
            endsAt?: string;
            combinable?: boolean;
            priority?: number;
            active?: boolean;
            type: 'fixed_amount';
            value: {
              amount: number;
              currency: string;
            };
          }
        | {
            code?: string;
            scope:
              | {
                  kind: 'order';
                }
              | {
                  kind: 'products';
                  ids: string[];
                }
              | {
                  kind: 'skus';
                  ids: string[];
                }
              | {
                  kind: 'categories';
                  ids: string[];
                };
            minSubtotal?: {
              amount: number;
              currency: string;
            };
            usageLimit?: number;
            perUserLimit?: number;
            userIds?: string[];
            startsAt?: string;
            endsAt?: string;
            combinable?: boolean;
            priority?: number;
            active?: boolean;
            type: 'buy_x_get_y';
            value: {
              buy: number;
              get: number;
              percentOff: number;
            };
          };
      lines: {
        sku: string;
        quantity: number;
        unitPrice?: {
          amount: number;
          currency: string;
        };
      }[];
    };
    answer: {
      lines: {
        sku: string;
        quantity: number;
        unitPrice: {
          amount: number;
          currency: string;
        };
        discount: {
          [k: string]: unknown;
        };
        total: {
          [k: string]: unknown;
        };
      }[];
      subtotal: {
        [k: string]: unknown;
      };
      discounts: {
        [k: string]: unknown;
      }[];
      rejected: {
        code: string;
        reason:
          | 'SIGN_IN_REQUIRED'
          | 'UNKNOWN'
          | 'INACTIVE'
          | 'NOT_STARTED'
          | 'EXPIRED'
          | 'MIN_SUBTOTAL'
          | 'NOT_APPLICABLE'
          | 'USAGE_LIMIT'
          | 'PER_USER_LIMIT'
          | 'NOT_COMBINABLE'
          | 'WRONG_USER'
          | 'WRONG_CURRENCY';
      }[];
      discountTotal: {
        [k: string]: unknown;
      };
      total: {
        [k: string]: unknown;
      };
    };
  };
  'POST /checkouts': {
    path: {};
    query: {};
    body?: {
      expectedTotal?: {
        amount: number;
        currency: string;
      };
      contact?: {
        email: string;
        name: string;
      };
      shippingAddress?: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` "^[A-Za-z][A-Za-z0-9]{0,39}$".
         */
        [k: string]: string;
      };
    };
    answer: CompletedCheckout | Checkout;
  };
  'GET /checkouts': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
      status?: 'running' | 'completed' | 'compensating' | 'compensated' | 'parked';
    };
    answer: {
      items: Checkout[];
      nextCursor: string | null;
    };
  };
  'GET /checkouts/{id}': {
    path: {
      id: string;
    };
    query: {};
    answer: Checkout;
  };
  'GET /checkouts/{id}/events': {
    path: {
      id: string;
    };
    query: {};
    answer: Checkout;
  };
  'POST /checkouts/{id}/retry': {
    path: {
      id: string;
    };
    query: {};
    body?: {};
    answer: Checkout;
  };
  'GET /orders': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
      number?: string;
      userId?: string;
      status?: 'created' | 'confirmed' | 'shipped' | 'delivered' | 'cancelled';
    };
    answer: {
      items: Order[];
      nextCursor: string | null;
    };
  };
  'GET /orders/{id}': {
    path: {
      id: string;
    };
    query: {};
    answer: Order;
  };
  'POST /orders/{id}/cancel': {
    path: {
      id: string;
    };
    query: {};
    body?: {
      reason?: string;
    };
    answer: Order;
  };
  'POST /orders/{id}/ship': {
    path: {
      id: string;
    };
    query: {};
    body?: {};
    answer: Order;
  };
  'POST /orders/{id}/deliver': {
    path: {
      id: string;
    };
    query: {};
    body?: {};
    answer: Order;
  };
  'GET /admin/overview': {
    path: {};
    query: {};
    answer: {
      at: string;
      windowSeconds: number;
      checkouts: {
        perMinute: number;
        completed: number;
        refused: number;
        running: number;
        successRate: number | null;
        series: {
          at: string;
          completed: number;
          refused: number;
        }[];
      };
      parked: number;
      steps: {
        name: string;
        count: number;
        p50Ms: number;
        p99Ms: number;
      }[];
      outbox: {
        service: string;
        depth: number;
      }[];
      lag: {
        group: string;
        topic: 'product' | 'inventory' | 'cart' | 'discount' | 'order';
        behind: number;
      }[];
      deadLetters: number;
      missing: 'lag'[];
    };
  };
  'GET /admin/events': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
      topic?: 'product' | 'inventory' | 'cart' | 'discount' | 'order';
      type?: string;
      key?: string;
      sagaId?: string;
    };
    answer: {
      items: {
        topic: 'product' | 'inventory' | 'cart' | 'discount' | 'order';
        id: string;
        type: string;
        key: string;
        time: string;
        [k: string]: unknown;
      }[];
      nextCursor: string | null;
    };
  };
  'GET /admin/dead-letters': {
    path: {};
    query: {
      limit?: number;
      cursor?: string;
    };
    answer: {
      items: {
        id: string;
        topic: 'product' | 'inventory' | 'cart' | 'discount' | 'order';
        group: string;
        error: string;
        at: string;
        event: unknown;
        burials: number;
        replayedAt: string | null;
      }[];
      nextCursor: string | null;
    };
  };
  'POST /admin/dead-letters/{id}/replay': {
    path: {
      id: string;
    };
    query: {};
    answer: {
      id: string;
      topic: 'product' | 'inventory' | 'cart' | 'discount' | 'order';
      group: string;
      error: string;
      at: string;
      event: unknown;
      burials: number;
      replayedAt: string | null;
    };
  };
  'GET /lab': {
    path: {};
    query: {};
    answer: {
      runs: {
        id: string;
        sku: string;
        voucher: string | null;
        buyers: number;
        units: number;
        voucherUses?: number;
        status: 'preparing' | 'running' | 'finished' | 'failed';
        answered: number;
        orders: number;
        refusals: {
          /**
           * This interface was referenced by `undefined`'s JSON-Schema definition
           * via the `patternProperty` ".*".
           */
          [k: string]: number;
        };
        latencyMs: {
          p50: number;
          p99: number;
        } | null;
        invariants: {
          name: string;
          holds: boolean;
        }[];
        checkouts: string[];
        startedAt: string;
        finishedAt: string | null;
      }[];
      faults: {
        step: string;
        mode: string;
        until: string;
      }[];
    };
  };
  'POST /lab/runs': {
    path: {};
    query: {};
    body:
      | {
          sku: string;
          buyers: number;
          units: number;
          voucherUses?: number;
        }
      | {
          new: true;
          buyers: number;
          units: number;
          voucherUses?: number;
        };
    answer: {
      id: string;
      sku: string;
      voucher: string | null;
      buyers: number;
      units: number;
      voucherUses?: number;
      status: 'preparing' | 'running' | 'finished' | 'failed';
      answered: number;
      orders: number;
      refusals: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` ".*".
         */
        [k: string]: number;
      };
      latencyMs: {
        p50: number;
        p99: number;
      } | null;
      invariants: {
        name: string;
        holds: boolean;
      }[];
      checkouts: string[];
      startedAt: string;
      finishedAt: string | null;
    };
  };
  'GET /lab/runs/{id}': {
    path: {
      id: string;
    };
    query: {};
    answer: {
      id: string;
      sku: string;
      voucher: string | null;
      buyers: number;
      units: number;
      voucherUses?: number;
      status: 'preparing' | 'running' | 'finished' | 'failed';
      answered: number;
      orders: number;
      refusals: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` ".*".
         */
        [k: string]: number;
      };
      latencyMs: {
        p50: number;
        p99: number;
      } | null;
      invariants: {
        name: string;
        holds: boolean;
      }[];
      checkouts: string[];
      startedAt: string;
      finishedAt: string | null;
    };
  };
  'PUT /lab/faults': {
    path: {};
    query: {};
    body: {
      step: 'lockCart' | 'applyVouchers' | 'reserveInventory' | 'createOrder' | 'completeCart';
      mode: 'fail' | 'lose' | 'slow';
      seconds: number;
    };
    answer: {
      step: string;
      mode: string;
      until: string;
    };
  };
}
export interface Session {
  accessToken: string;
  refreshToken: string;
  tokenType: 'Bearer';
  expiresIn: number;
  user: User;
}
export interface User {
  id: string;
  email: string | null;
  name: string | null;
  role: 'guest' | 'customer' | 'admin';
}
export interface Product {
  id: string;
  handle: string;
  title: string;
  description: string;
  images: {
    url: string;
    alt: string;
  }[];
  brand: string;
  category: string;
  tags: string[];
  attributes: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` ".*".
     */
    [k: string]: string | number | boolean;
  };
  status: 'active' | 'draft' | 'archived';
  variants: {
    sku: string;
    price: {
      amount: number;
      currency: string;
    };
    options: {
      /**
       * This interface was referenced by `undefined`'s JSON-Schema definition
       * via the `patternProperty` ".*".
       */
      [k: string]: string;
    };
    imageUrl?: string;
  }[];
  version: number;
  createdAt: string;
  updatedAt: string;
}
export interface ImportResult {
  created: number;
  updated: number;
  skipped: number;
  errors: {
    row: number;
    message: string;
  }[];
}
export interface Stock {
  sku: string;
  productId: string;
  onHand: number;
  reserved: number;
  available: number;
  status: 'active' | 'retired';
  version: number;
  updatedAt: string;
}
export interface Movement {
  id: number;
  sku: string;
  kind: 'initial' | 'receipt' | 'correction' | 'damage' | 'return' | 'reserve' | 'release' | 'commit' | 'restock';
  deltaOnHand: number;
  deltaReserved: number;
  sagaId?: string;
  orderId?: string;
  note?: string;
  by: string;
  at: string;
}
export interface Cart {
  id: string;
  userId: string;
  cartNo: number;
  status: 'open' | 'locked';
  items: {
    sku: string;
    productId: string;
    title: string;
    imageUrl: string | null;
    quantity: number;
    unitPrice: {
      amount: number;
      currency: string;
    };
    lineTotal: {
      amount: number;
      currency: string;
    };
    available: boolean;
    priceChanged: boolean;
    previousPrice?: {
      amount: number;
      currency: string;
    };
  }[];
  vouchers: string[];
  subtotal: {
    amount: number;
    currency: string;
  };
  currency: string;
  version: number;
  updatedAt: string | null;
}
export interface Quote {
  lines: {
    sku: string;
    quantity: number;
    unitPrice: {
      amount: number;
      currency: string;
    };
    discount: {
      amount: number;
      currency: string;
    };
    total: {
      amount: number;
      currency: string;
    };
  }[];
  subtotal: {
    amount: number;
    currency: string;
  };
  discounts: {
    code: string;
    amount: {
      amount: number;
      currency: string;
    };
  }[];
  rejected: {
    code: string;
    reason: string;
  }[];
  discountTotal: {
    amount: number;
    currency: string;
  };
  total: {
    amount: number;
    currency: string;
  };
}
export interface Redemption {
  id: string;
  code: string;
  userId: string;
  orderId: string;
  amount: {
    amount: number;
    currency: string;
  };
  redeemedAt: string;
  releasedAt?: string;
}
export interface CompletedCheckout {
  id: string;
  kind: 'checkout' | 'cancel';
  userId: string;
  status: 'running' | 'completed' | 'compensating' | 'compensated' | 'parked';
  orderId: string;
  steps: Step[];
  problem?: {
    type: string;
    title: string;
    status: number;
    code:
      | 'VALIDATION_FAILED'
      | 'MALFORMED_REQUEST'
      | 'MALFORMED_JSON'
      | 'INVALID_CURSOR'
      | 'IDEMPOTENCY_KEY_REQUIRED'
      | 'CURRENCY_UNSUPPORTED'
      | 'UNAUTHENTICATED'
      | 'BAD_CREDENTIALS'
      | 'FORBIDDEN'
      | 'NOT_FOUND'
      | 'PRODUCT_NOT_FOUND'
      | 'ORDER_NOT_FOUND'
      | 'CHECKOUT_NOT_FOUND'
      | 'VOUCHER_NOT_FOUND'
      | 'DEAD_LETTER_NOT_FOUND'
      | 'LAB_RUN_NOT_FOUND'
      | 'SKU_UNKNOWN'
      | 'METHOD_NOT_ALLOWED'
      | 'EMAIL_TAKEN'
      | 'SKU_TAKEN'
      | 'HANDLE_TAKEN'
      | 'INSUFFICIENT_STOCK'
      | 'CART_FULL'
      | 'QUANTITY_LIMIT'
      | 'VOUCHER_EXISTS'
      | 'VOUCHER_REJECTED'
      | 'LIMIT_BELOW_USED'
      | 'OUT_OF_STOCK'
      | 'CHECKOUT_IN_PROGRESS'
      | 'PRICE_CHANGED'
      | 'TOTAL_CHANGED'
      | 'PRODUCT_UNAVAILABLE'
      | 'SAGA_UNDONE'
      | 'NOT_CANCELLABLE'
      | 'INVALID_TRANSITION'
      | 'VERSION_CONFLICT'
      | 'REQUEST_TIMEOUT'
      | 'BODY_TOO_LARGE'
      | 'UNSUPPORTED_MEDIA_TYPE'
      | 'CART_EMPTY'
      | 'IDEMPOTENCY_KEY_REUSED'
      | 'CART_LOCKED'
      | 'RATE_LIMITED'
      | 'HEADERS_TOO_LARGE'
      | 'INTERNAL'
      | 'UNAVAILABLE'
      | 'CHECKOUT_TIMED_OUT';
    detail?: string;
    instance?: string;
    errors?: {
      [k: string]: unknown;
    }[];
    checkoutId?: string;
  };
  createdAt: string;
  finishedAt: string | null;
  order?: Order;
}
export interface Step {
  name: 'lockCart' | 'applyVouchers' | 'reserveInventory' | 'createOrder' | 'completeCart';
  direction: 'forward' | 'undo';
  status: 'running' | 'done' | 'refused' | 'failed' | 'skipped' | 'undone';
  attempts: number;
  startedAt: string;
  finishedAt: string | null;
  error?: string;
}
export interface Order {
  id: string;
  number: string;
  userId: string;
  checkoutId: string;
  status: 'created' | 'confirmed' | 'shipped' | 'delivered' | 'cancelled';
  lines: {
    sku: string;
    productId: string;
    title: string;
    quantity: number;
    unitPrice: {
      amount: number;
      currency: string;
    };
    discount: {
      amount: number;
      currency: string;
    };
    total: {
      amount: number;
      currency: string;
    };
  }[];
  vouchers: {
    code: string;
    amount: {
      amount: number;
      currency: string;
    };
  }[];
  subtotal: {
    amount: number;
    currency: string;
  };
  discountTotal: {
    amount: number;
    currency: string;
  };
  total: {
    amount: number;
    currency: string;
  };
  contact?: {
    email: string;
    name: string;
  };
  shippingAddress?: {
    /**
     * This interface was referenced by `undefined`'s JSON-Schema definition
     * via the `patternProperty` "^[A-Za-z][A-Za-z0-9]{0,39}$".
     */
    [k: string]: string;
  };
  history: {
    status: 'created' | 'confirmed' | 'shipped' | 'delivered' | 'cancelled';
    at: string;
    by: string;
    reason?: string;
  }[];
  cancelRequested?: boolean;
  createdAt: string;
  version: number;
}
export interface Checkout {
  id: string;
  kind: 'checkout' | 'cancel';
  userId: string;
  status: 'running' | 'completed' | 'compensating' | 'compensated' | 'parked';
  orderId: string;
  steps: Step[];
  problem?: {
    type: string;
    title: string;
    status: number;
    code:
      | 'VALIDATION_FAILED'
      | 'MALFORMED_REQUEST'
      | 'MALFORMED_JSON'
      | 'INVALID_CURSOR'
      | 'IDEMPOTENCY_KEY_REQUIRED'
      | 'CURRENCY_UNSUPPORTED'
      | 'UNAUTHENTICATED'
      | 'BAD_CREDENTIALS'
      | 'FORBIDDEN'
      | 'NOT_FOUND'
      | 'PRODUCT_NOT_FOUND'
      | 'ORDER_NOT_FOUND'
      | 'CHECKOUT_NOT_FOUND'
      | 'VOUCHER_NOT_FOUND'
      | 'DEAD_LETTER_NOT_FOUND'
      | 'LAB_RUN_NOT_FOUND'
      | 'SKU_UNKNOWN'
      | 'METHOD_NOT_ALLOWED'
      | 'EMAIL_TAKEN'
      | 'SKU_TAKEN'
      | 'HANDLE_TAKEN'
      | 'INSUFFICIENT_STOCK'
      | 'CART_FULL'
      | 'QUANTITY_LIMIT'
      | 'VOUCHER_EXISTS'
      | 'VOUCHER_REJECTED'
      | 'LIMIT_BELOW_USED'
      | 'OUT_OF_STOCK'
      | 'CHECKOUT_IN_PROGRESS'
      | 'PRICE_CHANGED'
      | 'TOTAL_CHANGED'
      | 'PRODUCT_UNAVAILABLE'
      | 'SAGA_UNDONE'
      | 'NOT_CANCELLABLE'
      | 'INVALID_TRANSITION'
      | 'VERSION_CONFLICT'
      | 'REQUEST_TIMEOUT'
      | 'BODY_TOO_LARGE'
      | 'UNSUPPORTED_MEDIA_TYPE'
      | 'CART_EMPTY'
      | 'IDEMPOTENCY_KEY_REUSED'
      | 'CART_LOCKED'
      | 'RATE_LIMITED'
      | 'HEADERS_TOO_LARGE'
      | 'INTERNAL'
      | 'UNAVAILABLE'
      | 'CHECKOUT_TIMED_OUT';
    detail?: string;
    instance?: string;
    errors?: {
      [k: string]: unknown;
    }[];
    checkoutId?: string;
  };
  createdAt: string;
  finishedAt: string | null;
}
