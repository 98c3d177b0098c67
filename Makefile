# For those who come from ifguard-iptop: install, test, run IFACE=eth0.

PREFIX ?= /usr/local
INTERVAL ?= 10
LIB = $(DESTDIR)$(PREFIX)/lib/nethergaze
BIN = $(DESTDIR)$(PREFIX)/bin

.PHONY: help install uninstall test run

help:
	@echo "make install [PREFIX=/usr/local] | uninstall | test | run IFACE=eth0 [INTERVAL=10]"

# What the npm package holds, its dependencies beside it, and links to the two commands.
install:
	rm -rf "$(LIB)"
	mkdir -p "$(LIB)" "$(BIN)"
	cp -R bin src demo packaging package.json package-lock.json LICENSE NOTICE CHANGELOG.md "$(LIB)"
	cd "$(LIB)" && npm ci --omit=dev --no-audit --no-fund
	ln -sf "$(PREFIX)/lib/nethergaze/bin/nethergaze" "$(BIN)/nethergaze"
	ln -sf "$(PREFIX)/lib/nethergaze/bin/ifguard-iptop" "$(BIN)/ifguard-iptop"

uninstall:
	rm -rf "$(LIB)"
	rm -f "$(BIN)/nethergaze" "$(BIN)/ifguard-iptop"

test:
	npm ci && npm test

run:
	@test -n "$(IFACE)" || { echo "make run IFACE=eth0 [INTERVAL=10]" >&2; exit 2; }
	bin/ifguard-iptop -i "$(IFACE)" -t "$(INTERVAL)"
