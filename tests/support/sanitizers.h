#pragma once

#include <QTest>

// QProcess begins a child with clone(CLONE_VM | CLONE_VFORK), which ThreadSanitizer takes for a fork and ends the program
// ("CHECK failed: tsan_rtl.cpp ... SlotAttachAndLock"). Tests with real processes run those programs under it.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TURNSPIT_SKIP_QPROCESS_UNDER_TSAN() QSKIP("ThreadSanitizer ends a program that uses QProcess")
#endif
#endif
#ifndef TURNSPIT_SKIP_QPROCESS_UNDER_TSAN
#define TURNSPIT_SKIP_QPROCESS_UNDER_TSAN() static_cast<void>(0)
#endif
