/* SPDX-License-Identifier: MIT */
/* count: adds the records of the journal to a tally. */
#pragma once

#include <systemd/sd-journal.h>

#include "notice/notice.h"
#include "tool/journal/ended.h"
#include "tool/journal/scan.h"
#include "tool/ui/progress.h"

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

/* What is to be seen of the records besides their numbers. */
struct count_watch {
	uint64_t until_us; /* records from then on are not read; 0: all are */
	/* Called for each record, after it was counted. PROCESS sent it; NULL: the command mplog did. */
	void (*see)(void *userdata, struct counted *process, const struct record_at_hand *record);
	void *userdata;
};

/* Returns when the record was sent: a journald that was stuck takes what was sent before all at once. */
uint64_t record_sent_us(const struct record_at_hand *record);

/* Reads the journal from where it stands to its end. WATCH may be NULL. Returns 0 or a negative errno. */
int count_journal(struct tally *tally, struct reports *reports, sd_journal *journal,
		  const struct count_watch *watch, struct progress *progress);

/* Reads the notices of losses from where the journal stands to that moment. Returns 0 or a negative errno. */
int count_told_before(struct tally *tally, sd_journal *journal, uint64_t until_us,
		      struct progress *progress);
