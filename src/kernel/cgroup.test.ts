import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Container, containerOf } from "./cgroup.ts";

const ID = "8f3a0c1be5d2479f6b1d0e9c8a7f6e5d4c3b2a190817263544536271809fa0b1";
const OUTER = "0".repeat(64);
const POD = "pod2f1e6d2a_7b8c_4d5e_9f60_0a1b2c3d4e5f";

/** Lines as the engines make them, each of them a whole file or the part that matters. */
const SHAPES: readonly (readonly [name: string, text: string, expected: Container | undefined])[] = [
  ["Docker, systemd, v2", `0::/system.slice/docker-${ID}.scope`, { id: ID }],
  ["Docker, cgroupfs, v2", `0::/docker/${ID}`, { id: ID }],
  [
    "Docker, v1",
    `12:pids:/docker/${ID}\n11:cpu,cpuacct:/docker/${ID}\n1:name=systemd:/docker/${ID}\n0::/system.slice/containerd.service`,
    { id: ID },
  ],
  ["Docker with systemd inside", `0::/system.slice/docker-${ID}.scope/init.scope`, { id: ID }],
  ["Docker in Docker", `4:memory:/docker/${OUTER}/docker/${ID}`, { id: ID }],
  ["Docker in LXC", `0::/lxc.payload.web/system.slice/docker-${ID}.scope`, { id: ID }],
  ["Docker seen from a cgroup namespace", `0::/../../system.slice/docker-${ID}.scope`, { id: ID }],
  [
    "rootless Docker",
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`,
    { id: ID },
  ],
  ["Podman", `0::/machine.slice/libpod-${ID}.scope/container`, { id: ID }],
  [
    "rootless Podman",
    `0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope/container`,
    { id: ID },
  ],
  ["Podman, cgroupfs", `7:devices:/libpod_parent/libpod-${ID}`, { id: ID }],
  [
    "CRI-O",
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-${POD}.slice/crio-${ID}.scope`,
    { id: ID },
  ],
  [
    "containerd of Kubernetes, systemd",
    `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-${POD}.slice/cri-containerd-${ID}.scope`,
    { id: ID },
  ],
  [
    "containerd of Kubernetes, cgroupfs",
    `11:memory:/kubepods/besteffort/pod2f1e6d2a-7b8c-4d5e-9f60-0a1b2c3d4e5f/${ID}`,
    { id: ID },
  ],
  [
    "containerd below its service",
    `0::/system.slice/containerd.service/kubepods-burstable-${POD}.slice:cri-containerd:${ID}`,
    { id: ID },
  ],
  ["nerdctl", `0::/system.slice/nerdctl-${ID}.scope`, { id: ID }],
  ["ECS", `9:cpu:/ecs/3c2f0f3b9a8d4f0e/${ID}`, { id: ID }],
  ["LXC 4 and later", "0::/lxc.payload.web-1/system.slice/nginx.service", { name: "web-1" }],
  ["LXC before that", "5:cpuset:/lxc/web-1/system.slice/nginx.service\n0::/", { name: "web-1" }],
  ["Proxmox", "0::/lxc/101/ns/init.scope", { name: "101" }],
  ["systemd-nspawn", "0::/machine.slice/systemd-nspawn@web.service/payload", { name: "web" }],
  ["systemd-nspawn, a scope", "0::/machine.slice/machine-web\\x2d1.scope/payload", { name: "web-1" }],
  ["another machine", "1:name=systemd:/machine.slice/web.service", { name: "web" }],
  ["an id after a name", `2:pids:/lxc/web\n0::/docker/${ID}`, { id: ID }],
  [
    "the host",
    "12:pids:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n0::/",
    undefined,
  ],
  ["a service", "0::/system.slice/nginx.service", undefined],
  ["a monitor of LXC", "0::/lxc.monitor.web", undefined],
  ["digits that are no id", `0::/system.slice/x-${ID}0.scope/${ID.slice(1)}`, undefined],
  ["an id in capitals", `0::/docker/${ID.toUpperCase()}`, undefined],
  ["a name without letters", "0::/lxc.payload./x\n0::/lxc/\n0::/machine.slice/.scope", undefined],
  ["nothing", "", undefined],
];

describe("containerOf", () => {
  test.each(SHAPES)("%s", (_, text, expected) => {
    expect(containerOf(text)).toEqual(expected);
    expect(containerOf(`${text}\n`)).toEqual(expected);
  });

  test("whatever is written, it ends, and a name has at most 64 characters", () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "/",
        ":",
        "\n",
        "lxc.payload.",
        "/lxc/",
        "/machine.slice/",
        "machine-",
        ".scope",
        "\\x2d",
        ID,
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const found = containerOf(parts.join(""));
        if (found === undefined) return;
        expect("id" in found ? found.id === ID : found.name.length > 0 && found.name.length <= 64).toBe(true);
      }),
    );
    expect(containerOf(`0::/lxc/${"x".repeat(1e6)}`)).toEqual({ name: "x".repeat(64) });
    expect(containerOf(`0::${"/a".repeat(1e6)}`)).toBeUndefined();
    expect(containerOf("\n".repeat(1e6))).toBeUndefined();
  });
});
