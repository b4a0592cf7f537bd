/** Money as the API shows it: integer minor units (1999 = 19.99) and an ISO 4217 currency. */
export interface Money {
  amount: number;
  currency: string;
}

export const money = (amount: number, currency: string): Money => ({ amount, currency });
