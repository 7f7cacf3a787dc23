/* SPDX-License-Identifier: MIT */
/* record-at-hand: a record of mplog's that the journal stands at, and the process that sent it. */
#pragma once

#include <systemd/sd-journal.h>

#include "notice/notice.h"
#include "tool/journal/entry.h"
#include "tool/journal/scan.h"
#include "tool/journal/tally.h"

/* The fields that are read of each record. */
enum value {
	VALUE_RUN_ID,
	VALUE_BOOT_ID,
	VALUE_PID,
	VALUE_UID,
	VALUE_MESSAGE_ID,
	VALUE_DUMPED,
	VALUE_SENT,
	VALUE_SEQUENCE,
	VALUE_PROCESS,
	VALUE_LEVEL,
	VALUES
};

/* A record of mplog's that the journal stands at. */
struct record_at_hand {
	sd_journal *journal;
	struct scan scan;
	bool is_foreign;       /* not of mplog */
	enum notice_kind kind; /* NOTICE_COUNT: no notice */
	bool is_dumped;        /* out of a black box: in no counter */
	char run_id[RUN_ID_SIZE];
	sd_id128_t boot_id;
	bool is_anonymous;      /* journald did not hear from the kernel whose it is */
	pid_t pid;              /* of an anonymous one its TID, which most often is the same */
	uid_t uid;              /* UID_UNKNOWN: of an anonymous one */
	uint64_t when_us;       /* when journald took it */
	struct counted *sender; /* NULL: not looked for yet */
};

/* Reads the record that RECORD's journal stands at. Returns false where it is none of mplog's. */
bool record_read(struct record_at_hand *record);

/* Returns the process that sent it, made if there is none. */
struct counted *record_sender(struct tally *tally, struct record_at_hand *record);

/* Copies a text that may be valid. Returns false where there is none, or one that cannot be. */
bool record_copy_text(struct bytes value, char *ret, size_t size);

static inline uint64_t record_number(const struct record_at_hand *record, enum value value)
{
	return entry_parse_number(record->scan.value[value]);
}

/* Returns when the record was sent: a journald that was stuck takes what was sent before all at once. */
uint64_t record_sent_us(const struct record_at_hand *record);
