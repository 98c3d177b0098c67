import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { type Server, startServer } from "./process.ts";

/** The account that the login servers know, and its password. */
export const ACCOUNT = { user: "alice", password: "right" } as const;

/**
 * What runs in a mount namespace of its own: accounts, PAM rules, a `/dev/log` and terminals that lie in the folder `$1`,
 * a `/run` where sshd finds the empty directory that it wants and an utmp, and a `/var/log` without the machine's btmp,
 * where it would note failed logins. The machine's own files are not touched.
 */
const APART = `
set -e
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
[ ! -e /etc/pam.d/sshd ] || mount --bind "$1/pam" /etc/pam.d/sshd
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mkdir /run/sshd
touch /run/utmp
# Nobody else may write there: a node of another owner could not be opened with O_CREAT (protected_regular).
mount -t tmpfs -o mode=755 tmpfs "$1/dev"
for node in null zero random urandom tty; do
  touch "$1/dev/$node"
  mount --bind "/dev/$node" "$1/dev/$node"
done
mkdir "$1/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
ln -s pts/ptmx "$1/dev/ptmx"
ln -s "$1/log.socket" "$1/dev/log"
mount --rbind "$1/dev" /dev
shift
exec "$@"`;

/** The hash of ACCOUNT's password, by `openssl passwd -6`. */
const HASH =
  "$6$nethergaze$iXHBN4v1o/kc9WXRxfLLJHPZcZK6YCxL0W/Prs1SyylpV.Ak4KbBNbaqw0O95L6PuF1YScoFu8.NtYdd.hGqj1";

/** What programs log through syslog(3), one datagram a line, without the NUL between them. */
export interface SyslogSocket {
  readonly lines: readonly string[];
  close(): void;
}

/** A place where login servers can run: `folder` holds what they need. */
export interface LoginWorld {
  readonly folder: string;
  readonly syslog: SyslogSocket;
  /** A key that nobody accepts, and one that ACCOUNT has. */
  readonly keys: { readonly unknown: string; readonly accepted: string };
  /** sshd with these lines in its configuration. */
  startSshd(port: number, config: string): Promise<Server>;
  startDropbear(port: number, args?: readonly string[]): Promise<Server>;
}

/** `netns`: the name of the network namespace that its servers are in, if not this one. */
export function makeLoginWorld(folder: string, netns?: string): LoginWorld {
  const file = (name: string) => join(folder, name);
  mkdirSync(file("dev"));
  mkdirSync(file("home"));
  mkdirSync(file("home/.ssh"), { mode: 0o700 });
  const passwd = [
    "root:x:0:0:root:/root:/bin/sh",
    "sshd:x:105:65534::/run/sshd:/usr/sbin/nologin",
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
    `${ACCOUNT.user}:x:4242:65534::${file("home")}:/bin/sh`,
  ];
  writeFileSync(file("passwd"), `${passwd.join("\n")}\n`);
  writeFileSync(file("shadow"), `root:*:19000::::::\n${ACCOUNT.user}:${HASH}:19000:0:99999:7:::\n`, {
    mode: 0o600,
  });
  // Without the two seconds that a wrong password takes.
  writeFileSync(
    file("pam"),
    "auth required pam_unix.so nodelay\naccount required pam_unix.so\nsession required pam_permit.so\n",
  );
  for (const key of ["host", "unknown", "accepted"]) {
    run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", key, "-f", file(key)]);
  }
  run("cp", [file("accepted.pub"), file("home/.ssh/authorized_keys")]);
  run("chown", ["-R", "4242:65534", file("home")]);
  chmodSync(folder, 0o755);
  const syslog = openSyslogSocket(file("log.socket"));
  const start = (name: string, port: number, argv: readonly string[]) =>
    startServer({
      argv: ["unshare", "-m", "sh", "-c", APART, "sh", folder, ...argv],
      log: file(name),
      port,
      netns,
    });
  return {
    folder,
    syslog,
    keys: { unknown: file("unknown"), accepted: file("accepted") },
    async startSshd(port, config) {
      const path = file(`sshd-${port}.conf`);
      writeFileSync(
        path,
        `HostKey ${file("host")}\nPidFile none\nStrictModes no\nAuthorizedKeysFile ${file("home/.ssh/authorized_keys")}\n${config}\n`,
      );
      return start("sshd", port, ["/usr/sbin/sshd", "-D", "-f", path]);
    },
    startDropbear(port, args = []) {
      const key = file("dropbear");
      if (!existsSync(key)) run("dropbearkey", ["-t", "ed25519", "-f", key]);
      const argv = ["dropbear", "-F", "-r", key, "-P", file("dropbear.pid"), "-p", `${port}`];
      return start("dropbear", port, [...argv, ...args]);
    },
  };
}

/**
 * A socket that stands in for `/dev/log`. A stream, as Bun has no datagrams of that family: syslog(3) falls back to one,
 * and ends each message with a NUL.
 */
function openSyslogSocket(path: string): SyslogSocket {
  const lines: string[] = [];
  const server: NetServer = createServer((socket) => {
    let held = "";
    socket.setEncoding("utf8");
    socket.on("data", (piece) => {
      const whole = (held + piece).split("\0");
      held = whole.pop() ?? "";
      lines.push(...whole);
    });
    socket.on("error", () => {});
  });
  server.listen(path);
  return { lines, close: () => server.close() };
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}

/** What ssh(1) is told besides port, user and host. */
export interface SshLogin {
  readonly user: string;
  readonly host?: string;
  readonly port: number;
  /** What it types, as often as it is asked. */
  readonly password?: string;
  readonly options?: readonly string[];
}

/** Logs in with ssh(1) and runs `true`; its exit code. */
export async function ssh(
  folder: string,
  { user, host = "127.0.0.1", port, password, options = [] }: SshLogin,
): Promise<number> {
  const askpass = join(folder, "askpass");
  writeFileSync(askpass, '#!/bin/sh\necho "$PASSWORD"\n', { mode: 0o700 });
  const fixed = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes"];
  // The cheapest to reckon; of an option given twice the first counts.
  const cheap = "KexAlgorithms=curve25519-sha256";
  const argv = [...options, ...fixed, cheap].flatMap((option) => ["-o", option]);
  const child = Bun.spawn(
    ["ssh", "-F", "none", "-T", "-q", ...argv, "-p", `${port}`, "-l", user, host, "true"],
    {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      env: {
        PATH: process.env.PATH ?? "",
        HOME: folder,
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: "force",
        PASSWORD: password ?? "",
      },
    },
  );
  return child.exited;
}
