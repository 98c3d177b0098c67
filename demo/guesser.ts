import { address } from "./address.ts";
import type { Host } from "./host.ts";
import { between, pick, random } from "./random.ts";
import type { Timeline } from "./timeline.ts";

const GUESSER = address("198.51.100.22");

/** Accounts this server has; the rest it only wishes for. */
const KNOWN = ["root", "root", "root", "deploy"];
const UNKNOWN = [
  "admin",
  "oracle",
  "ubuntu",
  "postgres",
  "test",
  "git",
  "ftpuser",
  "jenkins",
  "minecraft",
  "a user name with spaces",
];

/** Guesses passwords from `from` on: a connection every one to three seconds, a guess or three on each. */
export function startGuesser(timeline: Timeline, host: Host, from: number): void {
  const next = random(7);
  const attempt = (): void => {
    const connection = host.accept(GUESSER, 22, 203_000);
    const known = next() < 0.4;
    const user = pick(next, known ? KNOWN : UNKNOWN);
    host.carry(connection, 2_118, 2_406);
    let guesses = next() < 0.25 ? 3 : 1;
    const guess = (): void => {
      host.carry(connection, 152, 68);
      host.login(connection, { outcome: "failed", user, method: "password" });
      if (--guesses > 0) timeline.after(between(next, 1_700, 2_300), guess);
      else timeline.after(between(next, 210, 420), leave);
    };
    const leave = (): void => {
      host.login(connection, { outcome: "closed", user });
      host.close(connection, next() < 0.1 ? "us" : "peer");
    };
    // sshd answers a wrong password after about two seconds, so as not to tell whether the account exists.
    timeline.after(620, () => {
      if (!known) host.login(connection, { outcome: "invalid-user", user });
    });
    timeline.after(between(next, 2_400, 3_100), guess);
    timeline.after(between(next, 1_000, 3_000), attempt);
  };
  timeline.at(from, attempt);
}
