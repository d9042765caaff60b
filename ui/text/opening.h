#pragma once

#include <QModelIndex>

#include <functional>

class QAbstractItemView;

namespace turnspit {

/// A double click on a row of `view` and Enter open it. Not QAbstractItemView::activated: where a desktop has single clicks for that,
/// nothing could be selected without leaving for something else.
void onOpening(QAbstractItemView& view, std::function<void(const QModelIndex& index)> open);

} // namespace turnspit
