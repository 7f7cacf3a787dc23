// SPDX-License-Identifier: MIT
// spdlog's sink for the journal.
#include <memory>

#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

extern "C" {
#include "peers.h"
}

static std::shared_ptr<spdlog::logger> logger;

bool spdlog_prepare()
{
	if (!logger)
		logger = spdlog::systemd_logger_mt("bench", "bench");
	return true;
}

void spdlog_call()
{
	SPDLOG_LOGGER_INFO(logger, "got {} in {} ms", "http://example.org/index.html", 42);
}

void spdlog_disabled()
{
	logger->debug("got {} in {} ms", "http://example.org/index.html", 42);
}
