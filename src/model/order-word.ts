import type { Query, Sort } from "./snapshot.ts";

/** An order of rows in one word: a column, with `-` before it the other way round. */
type Order = Sort | `-${Sort}`;

/** What a query says of an order. */
export function parseOrder(order: Order): Required<Pick<Query, "sort" | "reverse">> {
  const reverse = order.startsWith("-");
  // What follows the dash is a column by the type.
  return { sort: (reverse ? order.slice(1) : order) as Sort, reverse };
}
