import type { Past } from "./history.ts";
import type { Ip } from "./ip.ts";

/** The firewalls that blocks can be put into. */
export const FIREWALLS = ["nft", "iptables", "ufw"] as const;
export type FirewallName = (typeof FIREWALLS)[number];

/** A block in force, or one that should be. Times are epoch milliseconds. */
export interface Block {
  /** As {@link parseTarget} spells it. */
  readonly target: string;
  readonly firewall: FirewallName;
  /** Null: nobody wrote it down, and the firewall does not tell. */
  readonly since: number | null;
  /** Null: until somebody unblocks it. */
  readonly until: number | null;
  /** Empty where none was given. Text of people. */
  readonly reason: string;
  /** Packets it has dropped; null where the firewall does not count. */
  readonly packets: number | null;
  /** The firewall has lost it, though its time is not over. */
  readonly missing?: true;
}

/** Why something must not be blocked. `forcible`: the operator may insist, on the command line. */
export interface Refusal {
  readonly reason: string;
  readonly forcible: boolean;
}

/** How far back it is looked whom a block would hit (ms). */
export const LOOK_BACK = 24 * 3600 * 1000;

/** Whom a block would hit, by what is known of the addresses in it. */
export interface Blast {
  /** Addresses of it that are known here. */
  readonly addresses: number;
  /** Connections it would end. */
  readonly connections: number;
  /** Addresses something speaks against (warning and above), and those that asked for something and nothing does. */
  readonly bad: number;
  readonly good: number;
  /** Requests that were answered with an error of the client or were no HTTP, and all others. */
  readonly badRequests: number;
  readonly goodRequests: number;
  /** Addresses with an accepted login: how many, and the first few. */
  readonly logins: number;
  readonly loggedIn: readonly Ip[];
  /** Addresses that say they are a search engine's or a monitor's robot: how many, and the first few. */
  readonly crawlers: number;
  readonly crawling: readonly Ip[];
  /** What is known begins here (epoch ms): at most {@link LOOK_BACK} ago. */
  readonly since: number;
}

/** What a block would do, before it does. */
export interface Preview {
  /** One, or those that were marked; each with why it must not be blocked, where there is a reason. */
  readonly targets: readonly { readonly target: string; readonly refusal?: Refusal }[];
  /** How long, in seconds; null: until somebody unblocks it. */
  readonly seconds: number | null;
  /** none: nothing is run. */
  readonly firewall: FirewallName | "none";
  /** Why this one: `ufw is active`. */
  readonly why: string;
  /** Of all targets together, and of one address's /24 or /64. */
  readonly blast: Blast;
  readonly around?: Blast & { readonly prefix: string };
  /** Where one address comes from, as far as that is known, in words: `NL Amsterdam · AS14061 DigitalOcean`. */
  readonly who?: string;
  /** What one address did before, where history knows. */
  readonly past?: Past;
  /** The commands of arming it for a minute, and of making it last, as a shell takes them. */
  readonly commands: readonly string[];
  readonly lasting: readonly string[];
  /** What this block will not do, or what else there is to know. */
  readonly remarks: readonly string[];
  /** Why this process may not do it. */
  readonly denied?: string;
}

/** What an act came to, in one line for a person. */
export interface Acted {
  readonly ok: boolean;
  readonly words: string;
  /** Of those that were to be armed: left alone, blocked for longer already. */
  readonly longer?: readonly string[];
}

/** What the console can do about somebody. Nothing of it throws. */
export interface Responder {
  /** Why it can only show commands to copy; undefined where it may run them. */
  readonly forbidden?: string | undefined;
  /** Or, in words, why it cannot be told. */
  preview(targets: readonly string[], seconds: number | null): Promise<Preview | string>;
  /** Blocks for {@link ARMED_SECONDS}: what nobody confirms is over then. */
  arm(targets: readonly string[], seconds: number | null, reason: string): Promise<Acted>;
  /** Makes what was armed last. */
  confirm(targets: readonly string[], seconds: number | null, reason: string): Promise<Acted>;
  unblock(targets: readonly string[]): Promise<Acted>;
  /** Or, in words, why they cannot be read. */
  blocks(): Promise<readonly Block[] | string>;
}

/** How long an armed block lasts unless it is confirmed. */
export const ARMED_SECONDS = 60;

/** How long a block can be meant to last: the choices of the console, in seconds. */
export const BLOCK_CHOICES: readonly (number | null)[] = [600, 3600, 86_400, null];
export const DEFAULT_BLOCK_SECONDS = 3600;
