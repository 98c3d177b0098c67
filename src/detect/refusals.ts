import type { RequestEvent } from "../model/event.ts";

/**
 * Whether the server said no to what was asked for: a status of 4xx, but none that asks for a password (401, 407), for
 * patience (429), or tells that the client did not wait (408, 499). nginx's 444 is a no.
 */
export function isRejected({ status = 0 }: RequestEvent): boolean {
  switch (status) {
    case 401:
    case 407:
    case 408:
    case 429:
    case 499:
      return false;
    default:
      return status >= 400 && status < 500;
  }
}

/**
 * Whether a rejected path may have been a guess. Others tell of what was there (410), or of how something known was
 * asked for, as to put it (409, 412, 423) or to have a part of it (416).
 */
export function isGuess({ status, method }: RequestEvent): boolean {
  // Whoever synchronises or checks files asks with other methods for those that are not there yet, or no more.
  if (method !== "GET" && method !== "POST") return false;
  switch (status) {
    case 400:
    case 403:
    case 404:
    case 405:
    case 406:
    case 414:
    case 444:
      return true;
    default:
      return false;
  }
}
