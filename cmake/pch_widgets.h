// Precompiled for every Qt Widgets target, besides what Qt Core targets have.
#pragma once

#include "pch_core.h"

#include <QAbstractItemModel>
#include <QAction>
#include <QApplication>
#include <QBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QPainter>
#include <QWidget>
