# Parlor. `make help` lists what can be made.
#
# Sources are found by wildcard: a new file needs no registration. Variants are BUILD=release|debug|asan|
# tsan|fuzz, each under its own folder of build/; generated code is shared in build/gen/.

BUILD ?= release
B ?= build
OUT := $(B)/$(BUILD)
GEN := $(B)/gen

CC := gcc
PKGS := libuv openssl libsodium sqlite3 jansson libutf8proc inih md4c zlib
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef $(if $(WERROR),-Werror)
CPPFLAGS += -iquote . -iquote src -I$(GEN) -I/usr/share/include/llhttp -D_GNU_SOURCE -DLLHTTP_STRICT_MODE=1 \
	$(shell pkg-config --cflags $(PKGS))
CFLAGS += -std=gnu17 -g -pthread -fPIE
LDFLAGS += -pie -pthread
LDLIBS := $(shell pkg-config --libs $(PKGS))

CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong
LDFLAGS_release := -Wl,-z,relro,-z,now
CFLAGS_debug := -O0
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link
LDFLAGS_fuzz := -fsanitize=address,undefined,fuzzer
ifeq ($(BUILD),fuzz)
CC := clang
endif

# --- what there is ------------------------------------------------------------------------------------

SOURCES := $(shell find src -name '*.c' | sort)
TEMPLATES := $(shell find templates -name '*.html' | sort)
ASSETS := $(shell find assets -type f | sort)
SQL := $(shell find sql -name '*.sql' | sort)
LLHTTP := $(wildcard /usr/share/llhttp/*.c)

# templates/room/_older.html is build/gen/template/room_older.c
template_name = $(subst /_,/,$(patsubst templates/%.html,%,$(1)))
TEMPLATE_C := $(foreach t,$(TEMPLATES),$(GEN)/template/$(subst /,_,$(call template_name,$(t))).c)
GENERATED_C := $(GEN)/sql_catalogue.c $(GEN)/assets_data.c $(TEMPLATE_C)
VENDOR := $(GEN)/vendor/htmx.min.js $(GEN)/vendor/hx-ws.min.js

OBJECTS := $(SOURCES:%.c=$(OUT)/%.o) $(GENERATED_C:$(GEN)/%.c=$(OUT)/gen/%.o) \
	$(LLHTTP:/usr/share/llhttp/%.c=$(OUT)/llhttp/%.o)
LIBRARY := $(filter-out $(OUT)/src/main.o,$(OBJECTS))

UNIT_TESTS := $(shell find tests/unit -name 'test_*.c' | sort)
UNIT_BINS := $(UNIT_TESTS:tests/unit/%.c=$(OUT)/tests/%)
TSAN_TESTS := $(filter tests/unit/net/% tests/unit/live/% tests/unit/store/%,$(UNIT_TESTS))
FUZZ_TARGETS := $(wildcard tests/fuzz/fuzz_*.c)
TEMPLATE_PARTS := $(filter-out tools/template_compile.c,$(wildcard tools/template_*.c))

.PHONY: all help test test-unit test-tsan test-integration test-integration-asan test-integration-tsan \
	test-browser screens fuzz-replay fuzz bench check print-flags \
	generated clean unit-bins tsan-bins replay-bins
.SECONDARY:

all: $(OUT)/parlor

help:
	@echo "make                 the program, $(B)/release/parlor"
	@echo "make BUILD=asan      the same with another variant: debug, asan, tsan, fuzz"
	@echo "make test-unit       unit tests under ASan and UBSan;  test-tsan: loops, live, store under TSan"
	@echo "make test-integration, test-browser: a real server, and a real browser in front of it"
	@echo "make test-integration-asan, test-integration-tsan: the same with sanitizers in the server"
	@echo "make screens         a picture of every page and state, $(B)/screens/PAGE-WIDTH-SCHEME.png"
	@echo "make fuzz-replay     every fuzz corpus and past crash;  fuzz: \$$(FUZZ_SECONDS) s of each target"
	@echo "make bench           $(B)/release/bench, which script/bench runs"
	@echo "make check           what script/check checks;  clean: removes $(B)"

# --- generated code -------------------------------------------------------------------------------------

$(GEN)/tools/template_compile: $(wildcard tools/template*.c tools/template*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(filter %.c,$^) -o $@

$(GEN)/tools/sql_embed: tools/sql_embed.c tools/embed.c tools/embed.h
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(filter %.c,$^) -o $@

$(GEN)/tools/asset_embed: tools/asset_embed.c tools/embed.c tools/embed.h
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(filter %.c,$^) -o $@ \
		$(shell pkg-config --libs libbrotlienc libcrypto zlib)

$(GEN)/templates.stamp: $(GEN)/tools/template_compile $(TEMPLATES)
	@mkdir -p $(GEN)/template
	$< templates $(GEN)
	@touch $@
$(TEMPLATE_C): $(GEN)/templates.stamp ;

$(GEN)/sql.stamp: $(GEN)/tools/sql_embed $(SQL)
	$< sql $(GEN)
	@touch $@
$(GEN)/sql_catalogue.c: $(GEN)/sql.stamp ;

$(GEN)/vendor/htmx.min.js: node_modules/htmx.org/dist/htmx.min.js
	@mkdir -p $(@D)
	cp $< $@
$(GEN)/vendor/hx-ws.min.js: node_modules/htmx.org/dist/ext/hx-ws.min.js
	@mkdir -p $(@D)
	cp $< $@

$(GEN)/assets.stamp: $(GEN)/tools/asset_embed $(ASSETS) $(VENDOR)
	$< $(GEN) assets/css=css assets/js=js assets/img=img $(GEN)/vendor=vendor
	@touch $@
$(GEN)/assets_data.c: $(GEN)/assets.stamp ;

generated: $(GEN)/templates.stamp $(GEN)/sql.stamp $(GEN)/assets.stamp

# --- the program ----------------------------------------------------------------------------------------

COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(BUILD)) -MMD -MP -c $< -o $@

$(OUT)/src/%.o: src/%.c | generated
	@mkdir -p $(@D)
	$(COMPILE) $(WARNINGS)

$(OUT)/gen/%.o: $(GEN)/%.c | generated
	@mkdir -p $(@D)
	$(COMPILE) -Wall -Wextra

$(OUT)/gen/assets_data.o: $(GEN)/assets.stamp

$(OUT)/llhttp/%.o: /usr/share/llhttp/%.c
	@mkdir -p $(@D)
	$(COMPILE) -w

$(OUT)/parlor: $(OBJECTS)
	$(CC) $(LDFLAGS) $(LDFLAGS_$(BUILD)) $^ -o $@ $(LDLIBS)

$(OUT)/libparlor.a: $(LIBRARY)
	@rm -f $@
	ar rcs $@ $^

# --- tests ----------------------------------------------------------------------------------------------

$(OUT)/tests/%: tests/unit/%.c $(OUT)/libparlor.a
	@mkdir -p $(@D)
	$(CC) $(TEST_FLAGS) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(BUILD)) -MMD -MP $(WARNINGS) $< $(TEST_SOURCES) \
		$(OUT)/libparlor.a $(LDFLAGS) $(LDFLAGS_$(BUILD)) -o $@ $(LDLIBS) -lcmocka

# The compiler's own test calls sample templates; some are named as the program's and go before those.
$(GEN)/samples.stamp: $(GEN)/tools/template_compile $(shell find tests/support/templates -name '*.html')
	@mkdir -p $(GEN)/samples/template
	$< tests/support/templates $(GEN)/samples
	@touch $@
$(OUT)/tests/html/test_template: $(GEN)/samples.stamp
$(OUT)/tests/html/test_template: private TEST_FLAGS := -iquote tests -I$(GEN)/samples
$(OUT)/tests/html/test_template: private TEST_SOURCES := $(GEN)/samples/template/*.c

unit-bins: $(UNIT_BINS)
tsan-bins: $(TSAN_TESTS:tests/unit/%.c=$(OUT)/tests/%)

test-unit:
	@$(MAKE) --no-print-directory BUILD=asan unit-bins
	@TEMPLATE_COMPILE=$(GEN)/tools/template_compile script/run-binaries $(UNIT_TESTS:tests/unit/%.c=$(B)/asan/tests/%)

test-tsan:
	@$(MAKE) --no-print-directory BUILD=tsan tsan-bins
	@TSAN_OPTIONS=halt_on_error=1 script/run-binaries $(TSAN_TESTS:tests/unit/%.c=$(B)/tsan/tests/%)

# One file at a time, for most measure themselves by what the server does; browsers mostly wait for each other.
AT_ONCE := 1
test-browser: private AT_ONCE := 2
# Debian's node does not know the limit; a test that hangs is then ended by whoever runs it.
NODE_TEST = node --test --test-concurrency=$(AT_ONCE) \
	$(shell node --help 2>/dev/null | grep -q test-timeout && echo --test-timeout=600000)

test-integration: all bench
	$(NODE_TEST) tests/integration/

# The same in short forms, with sanitizers in the server; their reports and leaks fail the test. What is slow and
# brings the server no input of its own is left to the long form.
ASAN_LATER := $(if $(TEST_LONG),,bench clock command config letters storage)
test-integration-asan: $(if $(TEST_LONG),bench)
	@$(MAKE) --no-print-directory BUILD=asan all
	TEST_SHORT=1 ASAN_OPTIONS=detect_leaks=1 PARLOR_BIN=$(B)/asan/parlor $(NODE_TEST) \
		$(filter-out $(ASAN_LATER:%=tests/integration/%.test.mjs),$(wildcard tests/integration/*.test.mjs))

test-integration-tsan:
	@$(MAKE) --no-print-directory BUILD=tsan all
	TEST_SHORT=1 PARLOR_BIN=$(B)/tsan/parlor $(NODE_TEST) \
		$(addprefix tests/integration/,$(addsuffix .test.mjs,crash live resume shutdown))

test-browser: all
	$(NODE_TEST) tests/browser/

screens: all
	node tests/screens/screens.mjs

$(OUT)/replay/%: tests/fuzz/%.c tests/support/fuzz_replay.c $(OUT)/libparlor.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(BUILD)) $(WARNINGS) $(filter %.c,$^) $(OUT)/libparlor.a \
		$(LDFLAGS) $(LDFLAGS_$(BUILD)) -o $@ $(LDLIBS)

replay-bins: $(FUZZ_TARGETS:tests/fuzz/%.c=$(OUT)/replay/%)

fuzz-replay:
	@$(MAKE) --no-print-directory BUILD=asan replay-bins
	@for target in $(FUZZ_TARGETS:tests/fuzz/fuzz_%.c=%); do \
		$(B)/asan/replay/fuzz_$$target tests/fuzz/corpus/$$target tests/fuzz/crashes/$$target || exit 1; \
	done

$(OUT)/fuzzers/%: tests/fuzz/%.c $(OUT)/libparlor.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(CFLAGS_$(BUILD)) $(filter %.c,$^) $(OUT)/libparlor.a \
		$(LDFLAGS) $(LDFLAGS_$(BUILD)) -o $@ $(LDLIBS)

FUZZ_SECONDS ?= 60
fuzz-bins: $(FUZZ_TARGETS:tests/fuzz/%.c=$(OUT)/fuzzers/%)
fuzz:
	@$(MAKE) --no-print-directory BUILD=fuzz fuzz-bins
	@for target in $(FUZZ_TARGETS:tests/fuzz/fuzz_%.c=%); do \
		mkdir -p $(B)/fuzz/corpus/$$target tests/fuzz/crashes/$$target; \
		$(B)/fuzz/fuzzers/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -timeout=5 \
			-artifact_prefix=tests/fuzz/crashes/$$target/ $(B)/fuzz/corpus/$$target \
			tests/fuzz/corpus/$$target || exit 1; \
	done

# The template compiler is no part of the library: its target is linked with its parts.
$(OUT)/replay/fuzz_template $(OUT)/fuzzers/fuzz_template: $(TEMPLATE_PARTS)

# --- the rest -------------------------------------------------------------------------------------------

$(OUT)/bench: $(wildcard bench/*.c bench/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g $(WARNINGS) $(filter %.c,$^) -o $@ \
		-lsqlite3 -lm
bench: all $(OUT)/bench

check:
	script/check

# For other compilers and checkers: how src is compiled.
print-flags:
	@echo $(CPPFLAGS) -std=gnu17 $(WARNINGS)

clean:
	rm -rf $(B)

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
