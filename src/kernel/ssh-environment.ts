import { type Ip, parseIp } from "../model/ip.ts";
import { codeOf, readStart } from "./proc.ts";

/** Of the environments that people have; sshd's variables are among the first. */
const MAX_ENVIRONMENT = 128 * 1024;
/** sshd(8), ENVIRONMENT: both begin with the client's address. */
const VARIABLES = ["SSH_CONNECTION", "SSH_CLIENT"] as const;

/** The client's address in the value of SSH_CONNECTION or SSH_CLIENT, without the zone of a link-local one. */
export function sshClient(value: string | undefined): Ip | undefined {
  return parseIp((value ?? "").replace(/[% ].*$/s, ""));
}

/** Whence a process was started by SSH, as its environment had it then; undefined where it does not say. */
export interface Environment {
  readonly peer: Ip | undefined;
  /** Its environment may not be read. */
  readonly denied: boolean;
}

/** By /proc/PID/environ (proc_pid_environ(5)). */
export function readSshEnvironment(procRoot: string, pid: number): Environment {
  try {
    const text = readStart(`${procRoot}/${pid}/environ`, MAX_ENVIRONMENT) ?? "";
    return { peer: sshClientIn(text.split("\0")), denied: false };
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    return { peer: undefined, denied: code === "EACCES" || code === "EPERM" };
  }
}

function sshClientIn(environment: readonly string[]): Ip | undefined {
  for (const name of VARIABLES) {
    const found = environment.find((variable) => variable.startsWith(`${name}=`));
    const peer = sshClient(found?.slice(name.length + 1));
    if (peer !== undefined) return peer;
  }
  return undefined;
}
