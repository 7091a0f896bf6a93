# SPDX-License-Identifier: MIT
# capini: `make help` lists the targets.

VERSION    = 0.1.0

# Yours to set. CPPFLAGS, CFLAGS and LDFLAGS come after our own.
PREFIX     = /usr/local
SYSCONFDIR = /etc
DESTDIR    =
CC         = cc
AR         = ar
READELF    = readelf
NM         = nm
STRIP      = strip
INSTALL    = install
PKG_CONFIG = pkg-config
ARCH       =		# of `make static`: arm64 on an amd64 Debian, or amd64
V          =		# 1: print the commands whole
WERROR     =		# 1: a warning is an error
TAP        =		# 1: `make check` prints TAP
BUILD      = dynamic	# the one that `make install` takes
BUILDS     = dynamic static	# those that `make check` tests
TESTS      = $(sort $(wildcard tests/*.bats))
BATS       = bats

# PID 1, and nothing but PID 1.
modules = main options error text file names strict policy plan caps witness \
	status user environment exec supervise process verify report decode

# capini-audit: its own, and what it shares with PID 1.
audit_modules = $(addprefix audit/,main probe run check progress confirm trial \
	spawn fast tracer inject \
	inject_x86_64 inject_aarch64 thread vcap search hints decode silent \
	filecap evidence out out_table out_ini out_json out_confirmed advice \
	input explain export import import_docker import_json import_unit \
	import_yaml json tracefs watch doctor) \
	error text file names strict policy options caps witness status user \
	environment

warnings = -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wvla -Wundef

# ---------------------------------------------------------------------------

# A settable word, without the blanks before its comment.
setting = $(strip $($(1)))
quiet   = $(findstring s,$(firstword -$(MAKEFLAGS)))
say     = $(if $(call setting,V)$(quiet),,@echo '  $(1)	$@';)
# Run a command at its first use, keep the answer.
once    = $(eval $(1) := $$(shell $(2)))$($(1))
# The flag, when the compiler takes it.
takes   = $(shell $(CC) -Werror $(1) -S -x c -o /dev/null /dev/null \
	2>/dev/null && echo $(1))

kind    = $(firstword $(subst -, ,$(word 2,$(subst /, ,$@))))
objects = $(modules:%=$(1)/%.o)
audit_objects = $(audit_modules:%=$(1)/%.o)

# Fortify asks for an optimiser and must not meet a second definition.
fortify = $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS))$(filter \
	-O0,$(CFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
probed  = $(call once,probed_now,echo \
	$(foreach f,-fstack-clash-protection,$(call takes,$f)))
branch  = $(call once,branch_now,echo \
	$(foreach f,-fcf-protection,$(call takes,$f)))

common  = -fPIE -fstack-protector-strong $(probed) \
	-ffunction-sections -fdata-sections
base    = -std=c11 $(warnings) $(if $(call setting,WERROR),-Werror) $(common)
defines = -D_GNU_SOURCE -DCAPINI_VERSION='"$(VERSION)"' -Iinclude
harden  = -Wl,-z,relro,-z,now,-z,noexecstack,--gc-sections,--as-needed

libs_cflags = $(call once,libs_cflags_now,$(PKG_CONFIG) --cflags libcap-ng inih)
libs        = $(call once,libs_now,$(PKG_CONFIG) --libs libcap-ng inih)

# Debian's cross compiler and its libraries of that architecture, into a
# directory of their own.
cross_arm64 = aarch64-linux-gnu
cross_amd64 = x86_64-linux-gnu
foreign     = $(filter-out $(shell dpkg --print-architecture 2>/dev/null),$(call \
	setting,ARCH))
triplet     = $(cross_$(foreign))
ifneq ($(foreign),)
ifeq ($(triplet),)
$(error ARCH=$(ARCH): known are arm64 and amd64)
endif
CC         = $(triplet)-gcc
AR         = $(triplet)-ar
READELF    = $(triplet)-readelf
NM         = $(triplet)-nm
STRIP      = $(triplet)-strip
PKG_CONFIG = PKG_CONFIG_LIBDIR=/usr/lib/$(triplet)/pkgconfig pkg-config
endif
static_dir = build/static$(foreign:%=-%)

# --- static: musl as the compiler's own libc (Alpine) or beside glibc (Debian)

machine  = $(call once,machine_now,$(CC) -dumpmachine)
arch     = $(firstword $(subst -, ,$(machine)))
native   = $(findstring musl,$(machine))
musl     = $(arch)-linux-musl
MUSL_INC = /usr/include/$(musl)
MUSL_LIB = /usr/lib/$(musl)

inih_dir = $(call once,inih_dir_now,$(PKG_CONFIG) --variable=libdir inih)
inih_inc = $(call once,inih_inc_now,$(PKG_CONFIG) --variable=includedir inih)
crt      = $(shell $(CC) -print-file-name=$(1))

capng    = $(static_dir)/libcap-ng
headers  = $(static_dir)/include

ifneq ($(filter static check demo install bench size build/static% build/bench%,\
	$(MAKECMDGOALS)),)
ifeq ($(native),)
# Neither compiler's wrapper for musl can link a static-pie (musl-gcc makes a
# dynamic file of it without a word), and there is none for clang: the headers
# and the start files are named here instead.
musl_cpp     = -nostdinc -isystem $(MUSL_INC) \
	-isystem $(call crt,include) -idirafter $(headers)
static_cpp   = $(musl_cpp) -isystem $(capng)
static_needs = $(capng)/libcap-ng.a
static_start = -nostdlib $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o \
	$(call crt,crtbeginS.o)
static_libs  = $(capng)/libcap-ng.a $(inih_dir)/libinih.a \
	-L$(MUSL_LIB) -Wl,--start-group -lc \
	$(shell $(CC) -print-libgcc-file-name) -Wl,--end-group \
	$(call crt,crtendS.o) $(MUSL_LIB)/crtn.o
else
static_cpp   = $(libs_cflags)
static_needs =
static_start =
static_libs  = $(shell $(PKG_CONFIG) --static --libs libcap-ng inih)
endif
endif

# musl's own objects have neither fortify nor branch marks. The static program
# is small above all: no unwind tables, and one segment for text and constants.
small = -Os -fno-asynchronous-unwind-tables -fno-unwind-tables

compile_dynamic  = $(CC) $(base) -O2 -g $(branch) $(fortify) $(defines) \
	$(libs_cflags) $(CPPFLAGS) $(CFLAGS)
compile_static   = $(CC) $(base) $(small) $(if $(native),$(fortify)) $(defines) \
	$(static_cpp) $(CPPFLAGS) $(CFLAGS)
compile_libcapng = $(CC) -std=gnu11 -w -Werror=incompatible-pointer-types \
	$(common) $(small) $(musl_cpp) -I$(capng) $(CPPFLAGS) $(CFLAGS)

all: dynamic		# same as dynamic

dynamic: build/dynamic/capini build/dynamic/capini-audit	# build/dynamic/, with the system's libc

static: $(static_dir)/capini $(static_dir)/capini-audit	# build/static/, one file each with musl; ARCH=arm64

.PHONY: all dynamic static check test-deps prove emulate peers demo deps check-deps install \
	uninstall clean dist format bench size fuzz sanitize \
	coverage analyze release static-dir help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:

# Rewritten, and with it all objects made anew, when the command changes.
build/dynamic/command $(static_dir)/command: FORCE
	@$(PKG_CONFIG) --exists libcap-ng inih || { \
		echo '$(PKG_CONFIG) finds no libcap-ng or no inih: make deps' >&2; \
		exit 1; }
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(compile_$(kind)) $(LDFLAGS))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

build/dynamic/%.o: init/%.c Makefile build/dynamic/command
	@mkdir -p $(@D)
	$(call say,CC)$(compile_dynamic) -MMD -MP -c -o $@ $<

$(static_dir)/%.o: init/%.c Makefile $(static_dir)/command | $(static_needs)
	@mkdir -p $(@D)
	$(call say,CC)$(compile_static) -MMD -MP -c -o $@ $<

build/dynamic/capini: $(call objects,build/dynamic)
	$(call say,LD)$(CC) -pie $(harden) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

build/dynamic/capini-audit: $(call audit_objects,build/dynamic)
	$(call say,LD)$(CC) -pie $(harden) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

# An INTERP or NEEDED entry would need files that an image FROM scratch does
# not have; syslog(3) can block PID 1 for ever; a heap and printf(3) are a
# fifth of its size.
unwanted = syslog
$(static_dir)/capini: unwanted += $(if $(native),,__libc_malloc_impl vfprintf)
$(static_dir)/capini: $(call objects,$(static_dir)) $(static_dir)/static/small.o
$(static_dir)/capini-audit: $(call audit_objects,$(static_dir))
$(static_dir)/capini $(static_dir)/capini-audit: $(static_needs)
	$(call say,LD)$(CC) -static-pie $(harden) -Wl,-z,noseparate-code \
		-Wl,-Map,$@.map $(CFLAGS) $(LDFLAGS) -o $@.unstripped \
		$(static_start) $(filter %.o,$^) $(static_libs)
	@if $(READELF) -lW $@.unstripped | grep -w INTERP || \
	    $(READELF) -dW $@.unstripped | grep -w NEEDED || \
	    ! $(READELF) -hW $@.unstripped | grep -q DYN; then \
		echo '$@: not a static PIE' >&2; exit 1; fi
	@if $(NM) $@.unstripped | grep -w $(unwanted:%=-e %); then \
		echo '$@: can call these' >&2; exit 1; fi
	@$(STRIP) -o $@.new $@.unstripped
	@mv $@.new $@

-include $(wildcard build/dynamic/*.d build/dynamic/audit/*.d \
	$(static_dir)/*.d $(static_dir)/audit/*.d)

# Debian has no libcap-ng for musl: its source package, and the kernel's
# headers apart from those of glibc.
$(capng)/cap-ng.c: init/static/libcap-ng.sh
	@for file in $(MUSL_LIB)/rcrt1.o $(inih_dir)/libinih.a; do \
		test -e $$file || { \
		echo "static: no $$file. Debian: make deps. Alpine: apk's own" \
			"static libraries. Elsewhere: make dynamic, or build in a" \
			"container (Dockerfile.example)" >&2; exit 1; }; done
	$(call say,GET)sh init/static/libcap-ng.sh $(capng)
	@touch $@

$(headers)/ini.h: Makefile
	@mkdir -p $(@D)
	@ln -sfn /usr/include/linux $(@D)/linux
	@ln -sfn /usr/include/asm-generic $(@D)/asm-generic
	@ln -sfn /usr/include/$(arch)-linux-gnu/asm $(@D)/asm
	@ln -sfn $(inih_inc)/ini.h $@.new && mv $@.new $@

$(capng)/libcap-ng.a: $(capng)/cap-ng.c $(headers)/ini.h $(static_dir)/command
	$(call say,CC)$(compile_libcapng) -c -o $(capng)/cap-ng.o $(capng)/cap-ng.c
	@$(compile_libcapng) -c -o $(capng)/lookup_table.o $(capng)/lookup_table.c
	@rm -f $@
	@$(AR) rcs $@ $(capng)/cap-ng.o $(capng)/lookup_table.o

# --- tried harder: fuzzers, sanitizers, coverage, analysers

FUZZ = 60		# seconds for each harness of `make fuzz`, two at a time

sanitizers = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
inspected  = -std=c11 $(warnings) -g -O1 $(defines) $(libs_cflags)
harnesses  = $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/*.c))
sources    = $(modules:%=init/%.c)
audit_sources = $(audit_modules:%=init/%.c)
watched    = Makefile $(wildcard init/*.c init/audit/*.c include/*.h \
	include/audit/*.h)

# All of a program but its main(); a harness that includes a module has it.
under_fuzz = $(filter-out init/main.c init/audit/main.c \
	$(patsubst user,init/user.c,$(1)),$(if $(filter import,$(1)),\
	$(audit_sources),$(sources)))

build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(watched)
	@mkdir -p $(@D)
	$(call say,FUZZ)clang $(inspected) $(sanitizers) -fsanitize=fuzzer -o $@ $< \
		$(call under_fuzz,$(*F)) $(libs)

fuzz: $(harnesses)	# every parser under libFuzzer for FUZZ= seconds
	@bash tests/fuzz/run.sh $(call setting,FUZZ) build/fuzz

build/sanitize/capini: tests/sanitize.c $(watched)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(inspected) $(sanitizers) -o $@ $< $(sources) $(libs)

build/sanitize/capini-audit: tests/sanitize.c $(watched)
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(inspected) $(sanitizers) -o $@ $< $(audit_sources) \
		$(libs)

sanitize: test-deps build/sanitize/capini build/sanitize/capini-audit	# the tests, with asan and ubsan
	@bash tests/suite.sh sanitize $(CURDIR)/build/sanitize/capini $(TESTS)

# Those of capini itself, and outside of containers.
pid1_tests = policy drop init conf verify decode prove

# The counters are a file that all processes map: they outlive SIGKILL, execve(2)
# and _exit(2). It is open to all users.
build/coverage/capini: $(watched)
	@rm -rf $(@D) && mkdir -p $(@D)
	$(call say,CC)clang $(inspected) -fcoverage-mapping \
		-fprofile-instr-generate=$(CURDIR)/$(@D)/%c%m.profraw \
		-mllvm -runtime-counter-relocation -o $@ $(sources) $(libs)

coverage: test-deps build/coverage/capini	# lines and branches of PID 1 that the tests reach
	@sh init/static/deps.sh prove
	@rm -f build/coverage/*.profraw
	@umask 0 && build/coverage/capini --version >build/coverage/version
	@bash tests/suite.sh coverage $(CURDIR)/build/coverage/capini \
		$(filter $(patsubst %,tests/%.bats,$(pid1_tests)),$(TESTS))
	@bash tests/coverage.sh build/coverage

analyze:		# every analyser over both programs and the scripts
	@sh init/static/deps.sh build prove
	@bash tests/analyze.sh $(inspected)

check: test-deps $(BUILDS)	# install what tests need, test both builds
	@test -n '$(TESTS)' || { echo 'check: no tests/*.bats' >&2; exit 1; }
	@failed=; for build in $(BUILDS); do \
		echo "# capini, $$build build" >&2; \
		CAPINI=$(CURDIR)/build/$$build/capini $(BATS) \
			$(if $(call setting,TAP),--tap) $(TESTS) || \
			failed="$$failed $$build"; \
	done; \
	test -z "$$failed" || { echo "check: failed:$$failed" >&2; exit 1; }

prove: test-deps dynamic	# oracle, faults, endurance, attacks, and the five above
	@sh init/static/deps.sh prove
	@tests/prove/all $(CURDIR)/build/dynamic/capini

emulate: test-deps	# the arm64 build in an emulated machine, and its tests
	@sh init/static/deps.sh build arm64 emulate
	@$(MAKE) --no-print-directory static ARCH=arm64
	@bash tests/arm64/run.sh build/static-arm64

peers: test-deps dynamic	# README.md's comparison of inits, made anew
	@sh init/static/deps.sh peers
	@bash tests/peers.sh README.md

BENCH =			# full: many rounds

bench:			# capini beside other inits, capini-audit beside strace
	@sh init/static/deps.sh build test peers
	@$(MAKE) --no-print-directory static build/bench/bench build/bench/app \
		build/bench/limit
	@python3 tests/bench/bench.py build/bench $(static_dir)/capini \
		$(static_dir)/capini-audit $(call setting,BENCH)

build/bench/bench: tests/bench/bench.c tests/bench/bench.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=c11 $(warnings) -D_GNU_SOURCE -O2 -o $@ $<

build/bench/app build/bench/limit: build/bench/%: tests/bench/%.c \
		tests/bench/bench.h $(static_dir)/command | $(static_needs)
	@mkdir -p $(@D)
	$(call say,CC)$(compile_static) -c -o $@.o $<
	@$(CC) -static-pie $(harden) -Wl,-z,noseparate-code $(CFLAGS) -s -o $@ \
		$(static_start) $@.o $(static_libs)

size: static		# what each module and library costs in the static file
	@python3 tests/bench/size.py $(static_dir)/capini.map $(static_dir)/capini

demo:			# a real PID 1 before a web server, and the proof
	@sh init/static/deps.sh build
	@$(MAKE) --no-print-directory static
	@sh init/static/deps.sh demo
	@sh tests/demo.sh build/static/capini

deps:			# install what building needs (Debian, Fedora, Alpine)
	@sh init/static/deps.sh build $(foreign)

check-deps:		# say what building and testing need and is missing
	@sh init/static/deps.sh --dry-run build test

test-deps:
	@sh init/static/deps.sh build test

install: $(strip $(BUILD))	# program, manual, policies; DESTDIR, PREFIX, BUILD=static
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(SYSCONFDIR) \
		$(DESTDIR)$(PREFIX)/share/capini \
		$(DESTDIR)$(PREFIX)/share/man/man1
	$(INSTALL) -m 755 build/$(call setting,BUILD)/capini \
		$(DESTDIR)$(PREFIX)/bin/capini
	$(INSTALL) -m 755 build/$(call setting,BUILD)/capini-audit \
		$(DESTDIR)$(PREFIX)/bin/capini-audit
	$(INSTALL) -m 644 init/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	$(INSTALL) -m 644 conf/*.ini $(DESTDIR)$(PREFIX)/share/capini
	test -e $(DESTDIR)$(SYSCONFDIR)/capini.ini || $(INSTALL) -m 644 \
		conf/default.ini $(DESTDIR)$(SYSCONFDIR)/capini.ini

uninstall:		# remove what install put there; a changed policy stays
	! cmp -s conf/default.ini $(DESTDIR)$(SYSCONFDIR)/capini.ini || \
		rm $(DESTDIR)$(SYSCONFDIR)/capini.ini
	rm -f $(DESTDIR)$(PREFIX)/bin/capini \
		$(DESTDIR)$(PREFIX)/bin/capini-audit \
		$(DESTDIR)$(PREFIX)/share/man/man1/capini.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/capini-audit.1
	rm -rf $(DESTDIR)$(PREFIX)/share/capini

clean:			# remove build/
	rm -rf build

dist:			# build/capini-VERSION.tar.gz of the last commit
	@mkdir -p build
	git archive --prefix=capini-$(VERSION)/ \
		-o build/capini-$(VERSION).tar.gz HEAD

# The same bytes from the same sources, wherever they are built; the time in the
# list of contents is that of the last commit.
release:		# build/release/: both architectures, checksums, SBOM
	@sh init/static/deps.sh build $(filter-out $(shell dpkg \
		--print-architecture),arm64)
	@rm -rf build/release
	@mkdir -p build/release
	@for arch in amd64 arm64; do \
		$(MAKE) --no-print-directory static ARCH=$$arch && \
		dir=$$($(MAKE) -s static-dir ARCH=$$arch) && \
		for program in capini capini-audit; do $(INSTALL) -m 755 \
			$$dir/$$program build/release/$$program-linux-$$arch || \
			exit; done || exit; done
	@cd build/release && python3 ../../init/static/sbom.py $(VERSION) \
		$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} * \
		>../capini.spdx.json && mv ../capini.spdx.json . && \
		sha256sum * >../SHA256SUMS && mv ../SHA256SUMS . && cat SHA256SUMS

static-dir:
	@echo $(static_dir)

format:			# clang-format, in place
	clang-format -i init/*.c init/audit/*.c include/*.h include/audit/*.h \
		tests/*/*.c

help:			# these lines
	@sed -n 's/^\([a-z-]*\):[^=#]*# \(.*\)/  \1|\2/p' Makefile | \
		awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'
