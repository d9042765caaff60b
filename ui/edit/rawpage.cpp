#include <ui/edit/rawpage.h>

#include <ui/edit/rawedit.h>

#include <QListWidget>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace turnspit {
namespace {

constexpr int mostShown = 8; ///< lines of the list without scrolling

} // namespace

RawPage::RawPage(QWidget* parent) : QWidget(parent), m_edit(new RawEdit(this)), m_list(new QListWidget(this))
{
    m_edit->setObjectName(QStringLiteral("rawEdit"));
    m_edit->setAccessibleName(tr("Text of the service file"));
    m_list->setObjectName(QStringLiteral("rawRemarks"));
    m_list->setAccessibleName(tr("What is wrong with the text"));
    m_list->setWordWrap(true);
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    m_list->setIconSize(QSize(side, side));
    m_list->setResizeMode(QListView::Adjust);
    m_list->setVisible(false);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_edit, 1);
    layout->addWidget(m_list);
    connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
        if (!m_loading)
            Q_EMIT edited();
    });
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) {
        const Remark& remark = m_remarks.at(m_list->row(item));
        m_edit->goTo(remark.line, remark.column);
    });
}

void RawPage::setText(const QString& text)
{
    if (m_edit->toPlainText() == text)
        return;
    m_loading = true;
    m_edit->setPlainText(text);
    m_loading = false;
}

QString RawPage::text() const
{
    return m_edit->toPlainText();
}

void RawPage::showRemarks(const QList<Remark>& remarks)
{
    if (m_remarks == remarks)
        return;
    m_remarks = remarks;
    QMap<int, RawEdit::Sign> signs;
    m_list->clear();
    for (const Remark& remark : remarks) {
        if (remark.line > 0) {
            RawEdit::Sign& sign = signs[remark.line];
            sign = remark.isError ? RawEdit::Sign::Error : sign;
        }
        const QString text = remark.line > 0 ? tr("%1:%2 %3", "line, column, what is wrong").arg(remark.line).arg(remark.column).arg(remark.message)
                                             : remark.message;
        m_list->addItem(new QListWidgetItem(
            style()->standardIcon(remark.isError ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxWarning, nullptr, this), text));
    }
    m_edit->setSigns(signs);
    m_list->setVisible(!remarks.isEmpty());
    int height = 2 * m_list->frameWidth();
    for (int row = 0; row < m_list->count(); ++row)
        height += m_list->sizeHintForRow(row);
    m_list->setFixedHeight(std::min(height, mostShown * fontMetrics().lineSpacing()));
}

} // namespace turnspit
