export { parseAuthMessage } from "./sshd.ts";
