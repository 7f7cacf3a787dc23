// SPDX-License-Identifier: MIT
// spdlog's sink for the journal.
#include <memory>

#include <spdlog/sinks/null_sink.h>
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

// Of as many messages as 64 KiB hold of ours.
static std::shared_ptr<spdlog::logger> tracing;

bool spdlog_backtrace_prepare()
{
	if (!tracing) {
		tracing = std::make_shared<spdlog::logger>(
			"traced", std::make_shared<spdlog::sinks::null_sink_mt>());
		tracing->enable_backtrace(400);
	}
	return true;
}

void spdlog_backtrace()
{
	SPDLOG_LOGGER_CALL(tracing, spdlog::level::debug, "got {} in {} ms",
			   "http://example.org/index.html", 42);
}
