// Precompiled for the tests of Qt Widgets code. Another header than that of the others: what QTest has depends on the module.
#pragma once

#include "pch_widgets.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
