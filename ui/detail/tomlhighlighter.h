#pragma once

#include <QPalette>
#include <QSyntaxHighlighter>

namespace turnspit {

/// Light colours for the text of a service file: what is said, not how it is spelt, so it never needs to be right about broken files.
class TomlHighlighter final : public QSyntaxHighlighter
{
    Q_OBJECT
public:
    explicit TomlHighlighter(QTextDocument* document);

    /// For surroundings of this palette.
    void setPalette(const QPalette& palette);

protected:
    void highlightBlock(const QString& text) override;

private:
    QTextCharFormat m_comment;
    QTextCharFormat m_table;
    QTextCharFormat m_key;
    QTextCharFormat m_string;
    QTextCharFormat m_literal;
};

} // namespace turnspit
